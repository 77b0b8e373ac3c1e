import type { Header, Parameter, Reference, Response } from '../../../platform/openapi/api-document.js';
import type { JsonSchema } from '../../../platform/openapi/json-schema.js';
import { type AnswerShape, BOOLEAN, INTEGER, listOf, objectOf, TEXT } from './answers.schema.js';
import type { Route } from './routes.js';

const ERROR = objectOf('Error', {
  success: { ...BOOLEAN, const: false },
  error: { ...TEXT, description: 'What is wrong; where a field is at fault, the text begins with its name.' },
});

const PAGINATION = objectOf('Pagination', {
  page: INTEGER,
  limit: INTEGER,
  total: { ...INTEGER, description: 'How many there are on all pages.' },
  totalPages: INTEGER,
});

const ERRORS = {
  400: ['BadRequest', 'The request is malformed, or one of its fields is not valid; the text names it.'],
  401: ['Unauthorized', 'No token, or one that is not valid (any more).'],
  403: ['Forbidden', 'The role of the caller may not do this.'],
  404: ['NotFound', 'There is no such object, or none that the caller may see.'],
  409: ['Conflict', 'The state of the object, or what others have taken, does not allow it.'],
  413: ['TooLarge', 'The body is too large.'],
  415: ['UnsupportedMediaType', 'The content type of the body is not supported.'],
  429: ['TooManyRequests', 'Too many requests; `Retry-After` says when to come again.'],
  503: ['Unavailable', 'The service is not available; the text says whether anything was changed.'],
} as const satisfies Record<number, readonly [name: string, description: string]>;

type ErrorStatus = keyof typeof ERRORS;

/** Schemas that every answer rests on. */
export const SHARED_SCHEMAS: readonly JsonSchema[] = [ERROR, PAGINATION];

const POSITION: JsonSchema = { type: 'string', pattern: '^[0-9a-f]{16}$' };

export const HEADERS: Readonly<Record<string, Header>> = {
  RequestId: {
    description: 'The id of the request in the logs: the one that the client gave, or a new one.',
    schema: TEXT,
  },
  Position: {
    description:
      'A position of the log at or after the change. Reads that give it as `X-Wait-For-Position` see the change.',
    schema: POSITION,
  },
  Replayed: {
    description: '`true`: this was answered before, to the same request under the same `Idempotency-Key`.',
    schema: { const: 'true' },
  },
  RetryAfter: { description: 'Seconds to wait before the request is repeated.', schema: TEXT },
};

const header = (name: string): Reference => ({ $ref: `#/components/headers/${name}` });

export const ERROR_RESPONSES: Readonly<Record<string, Response>> = Object.fromEntries(
  Object.entries(ERRORS).map(([status, [name, description]]) => [
    name,
    {
      description,
      headers: {
        'X-Request-Id': header('RequestId'),
        ...(['429', '503'].includes(status) && { 'Retry-After': header('RetryAfter') }),
      },
      content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
    },
  ]),
);

const referenceTo = (status: ErrorStatus): Reference => ({
  $ref: `#/components/responses/${ERRORS[status][0]}`,
});

/** The errors that a route can answer with. */
function errorsOf({ policy, method, body, query, path }: Route): ErrorStatus[] {
  const isPublic = policy === 'public';
  return [
    400,
    401,
    ...(isPublic ? [] : [403 as const]),
    ...(body || query || path.includes('{') ? [404 as const] : []),
    ...(method === 'get' ? [] : [409 as const]),
    ...(method === 'get' ? [] : [413 as const, 415 as const]),
    429,
    503,
  ];
}

/** `{success, data}`, and how lists are paged. */
function envelope(shape: Exclude<AnswerShape, { kind: 'file' }>): JsonSchema {
  const success: JsonSchema = { ...BOOLEAN, const: true };
  const properties: Record<string, JsonSchema> =
    shape.kind === 'one'
      ? { success, data: shape.data }
      : { success, data: listOf(shape.item), pagination: PAGINATION };
  return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false };
}

function contentOf(
  shape: AnswerShape,
  refer: (schema: JsonSchema) => JsonSchema,
): NonNullable<Response['content']> {
  if (shape.kind === 'file') return { [shape.contentType]: { schema: TEXT } };
  return { 'application/json': { schema: refer(envelope(shape)) } };
}

/** Neither sign-in nor a key that is shown, whose answers are secrets and kept nowhere, nor files, which are named by their content. */
export const takesIdempotencyKey = ({ method, path, body }: Route): boolean =>
  (method === 'post' || method === 'patch') &&
  !path.startsWith('/api/auth/') &&
  !path.endsWith('/reveal') &&
  !(body && 'contentType' in body && body.contentType === 'multipart/form-data');

/** Sign-in, files and jobs are not waited for in the read models, and answer no position. */
const WITHOUT_POSITION = /^\/api\/(auth|uploads|queues)(\/|$)/;

/** What a route answers, by status. */
export function responsesOf(
  route: Route,
  refer: (schema: JsonSchema) => JsonSchema,
): Record<string, Response | Reference> {
  const { answer, status, method, path } = route;
  const isWrite = method !== 'get' && !WITHOUT_POSITION.test(path);
  const responses: Record<string, Response | Reference> = {
    [status]: {
      description: status === 201 ? 'Created' : 'OK',
      headers: {
        'X-Request-Id': header('RequestId'),
        ...(isWrite && { 'X-Position': header('Position') }),
        ...(takesIdempotencyKey(route) && { 'Idempotent-Replayed': header('Replayed') }),
      },
      ...(answer && { content: contentOf(answer, refer) }),
    },
  };
  for (const error of errorsOf(route)) responses[error] = referenceTo(error);
  return responses;
}

export const PARAMETERS: Readonly<Record<string, Parameter>> = {
  WaitForPosition: {
    name: 'X-Wait-For-Position',
    in: 'header',
    description:
      'Answers when the read models have reached this position, which a write gave as `X-Position`; 503 when they have not within a few seconds, and 400 for a position that no write was answered with.',
    schema: POSITION,
  },
  IdempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    description:
      'Makes it safe to repeat the request: for 24 hours the same key with the same body answers what was answered first; with another body it is 409. What was refused is not remembered.',
    schema: { ...TEXT, pattern: '^[!-~]{1,255}$' },
  },
};
