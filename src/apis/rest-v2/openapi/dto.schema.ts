import type { Type } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { getMetadataStorage, ValidationTypes } from 'class-validator';
import type { JsonSchema } from '../../../platform/openapi/json-schema.js';
import { DECIMAL_TEXT } from '../body.js';
import { nullable } from './answers.schema.js';

/** One rule of a field, as class-validator keeps it. */
interface FieldRule {
  readonly type: string;
  readonly name?: string;
  readonly propertyName: string;
  readonly constraints?: readonly unknown[];
  readonly each?: boolean;
}

const IS_OPTIONAL = 'isOptional';

/** What each rule says in JSON Schema, by its name; `first` and `second` are what the decorator was given. */
const RULES: Readonly<Record<string, (first: never, second: never) => JsonSchema>> = {
  isString: () => ({ type: 'string' }),
  isInt: () => ({ type: 'integer' }),
  isNumber: () => ({ type: 'number' }),
  isBoolean: () => ({ type: 'boolean' }),
  isObject: () => ({ type: 'object' }),
  isArray: () => ({ type: 'array' }),
  isIn: (values: readonly unknown[]) => ({ enum: values }),
  min: (minimum: number) => ({ minimum }),
  max: (maximum: number) => ({ maximum }),
  minLength: (minLength: number) => ({ minLength }),
  maxLength: (maxLength: number) => ({ maxLength }),
  isLength: (minLength: number, maxLength: number) => ({ minLength, maxLength }),
  isNotEmpty: () => ({ minLength: 1 }),
  matches: (pattern: RegExp) => ({ pattern: pattern.source }),
  isReference: () => ({ type: 'string', minLength: 1 }),
  arrayMinSize: (minItems: number) => ({ minItems }),
  arrayMaxSize: (maxItems: number) => ({ maxItems }),
  arrayUnique: () => ({ uniqueItems: true }),
  isDecimalValue: () => ({ anyOf: [{ type: 'number' }, { type: 'string', pattern: DECIMAL_TEXT.source }] }),
};

const isCondition = ({ type }: FieldRule): boolean => type === ValidationTypes.CONDITIONAL_VALIDATION;

/** The class of the objects in a field: what class-transformer makes of one. */
function nestedIn(dto: Type, field: string, isList: boolean): JsonSchema {
  const made = plainToInstance(dto, { [field]: isList ? [{}] : {} }) as Record<string, unknown>;
  const object = isList ? (made[field] as unknown[])[0] : made[field];
  return schemaOf((object as object).constructor as Type);
}

function schemaOfRule(dto: Type, rule: FieldRule): JsonSchema {
  if (rule.type === ValidationTypes.NESTED_VALIDATION)
    return nestedIn(dto, rule.propertyName, rule.each === true);
  const make = RULES[rule.name ?? ''];
  if (!make) throw new Error(`no JSON Schema for ${rule.name} of ${dto.name}.${rule.propertyName}`);
  const [first, second] = rule.constraints ?? [];
  return make(first as never, second as never);
}

function schemaOfField(dto: Type, rules: readonly FieldRule[]): JsonSchema {
  let field: JsonSchema = {};
  let items: JsonSchema = {};
  for (const rule of rules.filter((one) => !isCondition(one))) {
    if (rule.each) items = { ...items, ...schemaOfRule(dto, rule) };
    else field = { ...field, ...schemaOfRule(dto, rule) };
  }
  return Object.keys(items).length > 0 ? { ...field, items } : field;
}

/** The fields of a class that requests are checked against, in the order in which they stand there. */
export function fieldsOf(dto: Type): {
  readonly name: string;
  readonly schema: JsonSchema;
  readonly required: boolean;
  /** Null says the same as leaving it out, or more. */
  readonly isNullable: boolean;
}[] {
  const storage = getMetadataStorage();
  const rules = storage.getTargetValidationMetadatas(dto, '', false, false);
  return Object.entries(storage.groupByPropertyName(rules)).map(([name, own]) => ({
    name,
    schema: schemaOfField(dto, own),
    required: !own.some(isCondition),
    isNullable: own.some((rule) => rule.name === IS_OPTIONAL),
  }));
}

/** JSON Schema of a body, from the rules that it is checked by. @throws for a rule that has no schema here. */
export function schemaOf(dto: Type): JsonSchema {
  const fields = fieldsOf(dto);
  return {
    title: dto.name,
    type: 'object',
    properties: Object.fromEntries(
      fields.map(({ name, schema, isNullable }) => [name, isNullable ? nullable(schema) : schema]),
    ),
    required: fields.filter(({ required }) => required).map(({ name }) => name),
    additionalProperties: false,
  };
}
