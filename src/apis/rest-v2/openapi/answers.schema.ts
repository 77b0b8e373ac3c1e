import { SetMetadata } from '@nestjs/common';
import type { JsonSchema } from '../../../platform/openapi/json-schema.js';

export type { JsonSchema };

export const TEXT: JsonSchema = { type: 'string' };
export const INTEGER: JsonSchema = { type: 'integer' };
export const NUMBER: JsonSchema = { type: 'number' };
export const BOOLEAN: JsonSchema = { type: 'boolean' };
/** UTC ISO with milliseconds. */
export const TIME: JsonSchema = { type: 'string', format: 'date-time' };
/** An exact amount or rate. */
export const DECIMAL: JsonSchema = { type: 'string', pattern: '^-?\\d+(\\.\\d+)?$' };

export const nullable = (schema: JsonSchema): JsonSchema => ({ anyOf: [schema, { type: 'null' }] });
export const listOf = (items: JsonSchema): JsonSchema => ({ type: 'array', items });
export const oneOf = (...values: readonly unknown[]): JsonSchema => ({ enum: values });
export const mapOf = (values: JsonSchema): JsonSchema => ({ type: 'object', additionalProperties: values });

/** An object that always has these fields and no others. */
export const objectOf = (title: string, properties: Readonly<Record<string, JsonSchema>>): JsonSchema => ({
  title,
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
});

export const ANSWER = 'keyforge:answer';

/**
 * What a list can be sorted by: fields of the documents, by the names that callers give. The first is the default. A field with `-`
 * before it is stored in the opposite order of what is shown.
 */
export type Sortable = Readonly<Record<string, string>>;

/** What a route answers when it succeeds. */
export type AnswerShape =
  /** `{success, data}`. */
  | { readonly kind: 'one'; readonly data: JsonSchema }
  /** `{success, data: […], pagination}`. */
  | { readonly kind: 'list'; readonly item: JsonSchema; readonly sortable?: Sortable }
  /** A body that is no JSON. */
  | { readonly kind: 'file'; readonly contentType: string; readonly sortable?: Sortable };

export const AnswersOne = (data: JsonSchema) =>
  SetMetadata(ANSWER, { kind: 'one', data } satisfies AnswerShape);
export const AnswersList = (item: JsonSchema, sortable?: Sortable) =>
  SetMetadata(ANSWER, { kind: 'list', item, sortable } satisfies AnswerShape);
export const AnswersFile = (contentType: string, sortable?: Sortable) =>
  SetMetadata(ANSWER, { kind: 'file', contentType, sortable } satisfies AnswerShape);

export const BODY = 'keyforge:body';

/** A body that no class describes. */
export interface BodyShape {
  readonly contentType: string;
  readonly schema: JsonSchema;
}

/** What a route takes, where its handler does not name a class for it. */
export const TakesBody = (schema: JsonSchema, contentType = 'application/json') =>
  SetMetadata(BODY, { contentType, schema } satisfies BodyShape);
