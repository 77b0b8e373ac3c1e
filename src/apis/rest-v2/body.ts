import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  type ArgumentMetadata,
  applyDecorators,
  BadRequestException,
  Injectable,
  type PipeTransform,
  ValidationPipe,
} from '@nestjs/common';
import { Transform } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsInt,
  IsString,
  Max,
  MaxLength,
  Min,
  ValidateBy,
  ValidateIf,
  type ValidationError,
} from 'class-validator';
import { MAX_BODY_DEPTH, MAX_TEXT_LENGTH } from './limits.js';

/** Fields that class-transformer leaves out of what it copies, so that nobody would ever say that there are none. */
const NEVER_COPIED = ['__proto__', 'constructor'];

/** What is wrong with the shape of a JSON value, if anything is. Walks without recursion: the value may be hostile. */
function shapeProblem(value: object): string | undefined {
  let level: unknown[] = [value];
  for (let depth = 0; depth <= MAX_BODY_DEPTH; depth += 1) {
    const next: unknown[] = [];
    for (const item of level) {
      if (typeof item !== 'object' || item === null) continue;
      for (const name of NEVER_COPIED) if (Object.hasOwn(item, name)) return unknownField(name);
      for (const child of Object.values(item)) next.push(child);
    }
    if (next.length === 0) return undefined;
    level = next;
  }
  return 'The body is nested too deeply';
}

/** Refuses bodies that are no objects or nest too deeply, and fields that nothing after it sees, before anything recursive looks. */
@Injectable()
export class BodyShapePipe implements PipeTransform {
  transform(value: unknown, { type }: ArgumentMetadata): unknown {
    if (type !== 'body' && type !== 'query') return value;
    // No body says as little as an empty one: some calls need none, the others name what is missing.
    if (value === undefined) return {};
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new BadRequestException('The body must be a JSON object');
    }
    const problem = shapeProblem(value);
    if (problem !== undefined) throw new BadRequestException(problem);
    return value;
  }
}

/** What stands before the name of the field in a message; the rest of the path belongs between the two. */
const BEFORE_THE_NAME = /^(?:property |each value in (?:nested property )?)?/;

/** Where a field breaks another rule too, that its parts are no objects says the least. */
const NESTING = 'nestedValidation';

/** What can be the name of a field. */
const NAME = /^[\p{L}\p{N}_.$-]{1,64}$/u;

/** A field that there is not. What is no name is not said again: JSON that was sent as a form is one, with the passwords in it. */
export const unknownField = (name: string, path = ''): string =>
  `property ${path}${NAME.test(name) ? name : '…'} should not exist`;

/** Of what a field breaks, the rule that stands first in its class, which is what it has to be. */
function messageOf({ property, constraints = {} }: ValidationError, path: string): string[] {
  if (constraints.whitelistValidation !== undefined) return [unknownField(property, path)];
  const broken = Object.entries(constraints);
  const rules = broken.some(([rule]) => rule !== NESTING)
    ? broken.filter(([rule]) => rule !== NESTING)
    : broken;
  // Decorators of a field register from below.
  return rules.slice(-1).map(([, message]) => message.replace(BEFORE_THE_NAME, (words) => `${words}${path}`));
}

/**
 * `keys.3.key_text must be a string`: a message with the whole path of its field for each that is wrong. That nothing is longer
 * than allowed helps nobody who sent a number, and what is in a field of the wrong kind helps nobody either.
 */
function messagesOf(errors: readonly ValidationError[], path = ''): string[] {
  return errors.flatMap((error) => {
    const message = messageOf(error, path);
    return message.length > 0 ? message : messagesOf(error.children ?? [], `${path}${error.property}.`);
  });
}

/** What a class says of its {@link IsLongList}. */
interface LongList {
  readonly name: string;
  readonly maxItems: number;
}

type Fields = Readonly<Record<string, unknown>>;

const LONG_LIST = Symbol('long list');
/** Items that are checked without letting others work. */
const ITEMS_AT_ONCE = 500;

/** What a body breaks. */
class Broken extends Error {
  constructor(readonly errors: readonly ValidationError[]) {
    super();
  }
}

/** Checks bodies and queries against their classes: unknown fields and wrong types are refused by name. */
export class RequestPipe extends ValidationPipe {
  constructor() {
    super({
      whitelist: true,
      forbidNonWhitelisted: true,
      transform: true,
      exceptionFactory: (errors) => new Broken(errors),
    });
  }

  /** What is in the path has pipes of its own: here it would be turned into a number, `0x10` and `1e3` too. */
  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    if (metadata.type === 'param') return value;
    const long: LongList | undefined = metadata.metatype && Reflect.getMetadata(LONG_LIST, metadata.metatype);
    try {
      return await (long ? this.inPieces(value as Fields, long, metadata) : super.transform(value, metadata));
    } catch (error) {
      if (!(error instanceof Broken)) throw error;
      throw new BadRequestException(messagesOf(error.errors).slice(0, MAX_MESSAGES));
    }
  }

  /** What is beside the list is the same in each piece. @throws {Broken} as the whole would be */
  private async inPieces(value: Fields, { name, maxItems }: LongList, metadata: ArgumentMetadata) {
    const list = value[name];
    if (!Array.isArray(list) || list.length <= ITEMS_AT_ONCE) return super.transform(value, metadata);
    // One that is too long is refused for that, whatever is in it.
    if (list.length > maxItems) {
      return super.transform({ ...value, [name]: new Array(maxItems + 1).fill(null) }, metadata);
    }
    const broken = { property: name, constraints: {}, children: [] as ValidationError[] };
    let beside: readonly ValidationError[] = [];
    const items: unknown[] = [];
    let made: Fields = {};
    for (let first = 0; first < list.length; first += ITEMS_AT_ONCE) {
      if (first > 0) await nextTurn();
      try {
        const piece = { ...value, [name]: list.slice(first, first + ITEMS_AT_ONCE) };
        made = (await super.transform(piece, metadata)) as Fields;
        items.push(...(made[name] as unknown[]));
      } catch (error) {
        if (!(error instanceof Broken)) throw error;
        beside = error.errors.filter(({ property }) => property !== name);
        const within = error.errors.find(({ property }) => property === name);
        Object.assign(broken.constraints, within?.constraints);
        for (const child of within?.children ?? []) {
          if (broken.children.length === MAX_MESSAGES) break;
          child.property = String(first + Number(child.property));
          broken.children.push(child);
        }
      }
    }
    if (items.length < list.length) throw new Broken([...beside, broken]);
    return Object.assign(made, { [name]: items });
  }
}

const MAX_MESSAGES = 20;

/**
 * A list of objects so long that it is checked in pieces, between which others work. The last field of its class: what is
 * wrong in it is told last.
 */
export const IsLongList = (maxItems: number): PropertyDecorator =>
  rules(IsArray(), ArrayMinSize(1), ArrayMaxSize(maxItems), (target, name) =>
    Reflect.defineMetadata(LONG_LIST, { name, maxItems }, target.constructor),
  );

/** Nothing gets as far as this number. */
const NOBODYS_ID = Number.MAX_SAFE_INTEGER;

/** A number in the path that names something. One that cannot is as unknown as any other: each route says so in its words. */
@Injectable()
export class PublicIdPipe implements PipeTransform<string, number> {
  transform(value: string): number {
    if (!/^\d+$/.test(value)) throw new BadRequestException('id must be a number');
    const id = Number(value);
    return Number.isSafeInteger(id) && id >= 1 ? id : NOBODYS_ID;
  }
}

const WHOLE_NUMBER = /^-?\d+$/;

/** A number of a query string: digits alone. What else JavaScript takes for one, even no text at all, stays text. */
export const QueryNumber = (): PropertyDecorator =>
  Transform(({ value }) => (typeof value === 'string' && WHOLE_NUMBER.test(value) ? Number(value) : value));

/** Decorators as if they stood above a field one by one: what has to be true first comes first. */
export const rules = (...decorators: readonly PropertyDecorator[]): PropertyDecorator =>
  applyDecorators(...decorators.toReversed());

/** A number that names something. */
export const IsPublicId = (): PropertyDecorator => rules(IsInt(), Min(1), Max(Number.MAX_SAFE_INTEGER));

/** NUL and halves of surrogate pairs, with which two different texts would become one. */
const UNSTORABLE = /[\0\p{Surrogate}]/u;

/** A text that names something of the caller's. */
export const IsReference = (maxLength: number): PropertyDecorator =>
  rules(
    IsText(maxLength),
    ValidateBy({
      name: 'isReference',
      validator: {
        validate: (value: unknown) =>
          typeof value === 'string' && value.trim() !== '' && !UNSTORABLE.test(value),
        defaultMessage: (context) => `${context?.property} must not be blank and must have no NUL`,
      },
    }),
  );

/** Text within bounds; what it may be is for the context to say. */
export const IsText = (maxLength = MAX_TEXT_LENGTH): PropertyDecorator =>
  rules(IsString(), MaxLength(maxLength));

/** An exact decimal as text. */
export const DECIMAL_TEXT = /^-?\d{1,18}(\.\d{1,18})?$/;

/** A decimal as a JSON number or, exact to any digit, as text. */
export const IsDecimalValue = (): PropertyDecorator =>
  ValidateBy({
    name: 'isDecimalValue',
    validator: {
      validate: (value: unknown) =>
        (typeof value === 'number' && Number.isFinite(value)) ||
        (typeof value === 'string' && DECIMAL_TEXT.test(value)),
      defaultMessage: (context) => `${context?.property} must be a number or a decimal string`,
    },
  });

/** The field may be left out; unlike `IsOptional`, null is no way to leave it out. */
export const MayBeAbsent = (): PropertyDecorator => ValidateIf((_, value) => value !== undefined);
