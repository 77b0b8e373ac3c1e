import type { Type } from '@nestjs/common';
import type {
  ApiPart,
  Content,
  Operation,
  Parameter,
  PathItem,
  Reference,
} from '../../../platform/openapi/api-document.js';
import { type JsonSchema, type NamedSchemas, withReferences } from '../../../platform/openapi/json-schema.js';
import { TEXT } from './answers.schema.js';
import { fieldsOf, schemaOf } from './dto.schema.js';
import { OPERATIONS } from './operations.js';
import {
  ERROR_RESPONSES,
  HEADERS,
  PARAMETERS,
  responsesOf,
  SHARED_SCHEMAS,
  takesIdempotencyKey,
} from './responses.js';
import { type Route, routesOf } from './routes.js';

const PUBLIC_ID: JsonSchema = { type: 'integer', minimum: 1 };

const TAGS: Readonly<Record<string, string>> = {
  auth: 'Logging in, and who is logged in',
  products: 'What is sold',
  packages: 'Products as they are priced and sold',
  categories: 'The tree above the products',
  subcategories: 'The tree above the products',
  alerts: 'Packages that are low on keys',
  keys: 'Stock: activation keys, always masked in lists',
  orders: 'Sales of all surfaces',
  deliveries: 'Keys on their way by e-mail',
  suppressions: 'Addresses that bounced or complained',
  privacy: 'What customers may ask for',
  partners: 'Who sells, their access and their money',
  suppliers: 'Who the keys come from (vendors)',
  rates: 'Exchange rates',
  uploads: 'Images of products',
  staff: 'Accounts of the staff',
  audit: 'What happened, as it was recorded',
  queues: 'What is left to do in the background, and what of it failed',
  webhooks: 'Endpoints of all partners',
  events: 'What partners are told, to be read',
};

/** `/api/partners/{id}/access` is about partners. */
const tagOf = ({ path }: Route): string => path.replace(/^\/api/, '').split('/')[1] ?? '';

const keyOf = ({ method, path }: Pick<Route, 'method' | 'path'>): string => `${method.toUpperCase()} ${path}`;

const shared = (name: keyof typeof PARAMETERS): Reference => ({ $ref: `#/components/parameters/${name}` });

/** The fields that a list can be sorted by, each also in the other direction; null where there is but one order. */
function sortSchema({ answer }: Route): JsonSchema | null {
  if (!answer || answer.kind === 'one' || !answer.sortable) return null;
  const names = Object.keys(answer.sortable);
  return { ...TEXT, enum: names.flatMap((name) => [name, `-${name}`]) };
}

function parametersOf(route: Route): (Parameter | Reference)[] {
  const path = route.parameters.map(
    ({ name, isPublicId }): Parameter => ({
      name,
      in: 'path',
      required: true,
      schema: isPublicId ? PUBLIC_ID : TEXT,
    }),
  );
  const query = (route.query ? fieldsOf(route.query) : []).map(
    ({ name, schema, required }): Parameter => ({
      name,
      in: 'query',
      required,
      schema: name === 'sort' ? (sortSchema(route) ?? schema) : schema,
    }),
  );
  return [
    ...path,
    ...query,
    ...(takesIdempotencyKey(route) ? [shared('IdempotencyKey')] : []),
    ...(route.method === 'get' && route.policy !== 'public' ? [shared('WaitForPosition')] : []),
  ];
}

/** Puts a schema into the document: named ones by reference. */
type Refer = (schema: JsonSchema) => JsonSchema;

function bodyOf({ body }: Route, example: unknown, refer: Refer): Operation['requestBody'] {
  if (!body) return undefined;
  const { contentType, schema } =
    typeof body === 'function' ? { contentType: 'application/json', schema: schemaOf(body) } : body;
  const content: Content = { schema: refer(schema), ...(example === undefined ? {} : { example }) };
  // A body that may be empty may be missing.
  const required = typeof body !== 'function' || fieldsOf(body).some((field) => field.required);
  const form = typeof body === 'function' && formOf(body);
  return {
    required,
    content: {
      [contentType]: content,
      ...(form && { 'application/x-www-form-urlencoded': { schema: form } }),
    },
  };
}

/** A form says texts alone: what it can say of a body, null where that is not enough for any. */
function formOf(body: Type): JsonSchema | null {
  const texts = fieldsOf(body).filter(({ schema }) => takesText(schema));
  const missing = fieldsOf(body).some(
    ({ name, required }) => required && !texts.some((one) => one.name === name),
  );
  if (missing || texts.length === 0) return null;
  return {
    type: 'object',
    properties: Object.fromEntries(texts.map(({ name, schema }) => [name, schema])),
    required: texts.filter(({ required }) => required).map(({ name }) => name),
    additionalProperties: false,
  };
}

function takesText({ type, enum: values, anyOf }: JsonSchema): boolean {
  if (anyOf !== undefined) return (anyOf as JsonSchema[]).some(takesText);
  if (values !== undefined) return (values as unknown[]).some((value) => typeof value === 'string');
  return type === 'string';
}

function operationOf(route: Route, refer: Refer): Operation {
  const { example, ...naming } = OPERATIONS[keyOf(route)] ?? {
    operationId: keyOf(route).replace(/\W+/g, '_'),
    summary: keyOf(route),
  };
  const { policy } = route;
  const requestBody = bodyOf(route, example, refer);
  return {
    ...naming,
    tags: [tagOf(route)],
    security: policy === 'public' ? [] : [{ bearer: [] }],
    ...(Array.isArray(policy) && { 'x-roles': policy }),
    parameters: parametersOf(route),
    ...(requestBody && { requestBody }),
    responses: responsesOf(route, refer),
  };
}

/** REST v2 as OpenAPI describes it, from the decorators of its controllers. */
export function restV2Api(controllers: readonly Type[]): ApiPart {
  const schemas: NamedSchemas = {};
  const refer: Refer = (schema) => withReferences(schema, schemas);
  SHARED_SCHEMAS.forEach(refer);
  const paths: Record<string, PathItem> = {};
  const tags = new Set<string>();
  for (const route of routesOf(controllers)) {
    const operation = operationOf(route, refer);
    paths[route.path] = { ...paths[route.path], [route.method]: operation };
    tags.add(tagOf(route));
  }
  return {
    tags: [...tags].map((name) => ({ name, description: TAGS[name] ?? name })),
    paths,
    components: {
      schemas,
      parameters: PARAMETERS,
      headers: HEADERS,
      responses: ERROR_RESPONSES,
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    },
  };
}
