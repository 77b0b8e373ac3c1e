import type { JsonSchema, NamedSchemas } from './json-schema.js';

export type HttpMethod = 'get' | 'post' | 'put' | 'patch' | 'delete';

export interface Parameter {
  readonly name: string;
  readonly in: 'query' | 'path' | 'header';
  readonly required?: boolean;
  readonly description?: string;
  readonly schema: JsonSchema;
  readonly examples?: Readonly<Record<string, { readonly summary?: string; readonly value: unknown }>>;
}

export interface Content {
  readonly schema: JsonSchema;
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, { readonly summary?: string; readonly value: unknown }>>;
}

export interface Header {
  readonly description: string;
  readonly schema: JsonSchema;
}

export interface Response {
  readonly description: string;
  readonly headers?: Readonly<Record<string, Header | Reference>>;
  readonly content?: Readonly<Record<string, Content>>;
}

export interface Reference {
  readonly $ref: string;
}

export interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly tags: readonly string[];
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  /** The roles that may call it; absent where no role is asked for. */
  readonly 'x-roles'?: readonly string[];
  readonly parameters: readonly (Parameter | Reference)[];
  readonly requestBody?: {
    readonly required: boolean;
    readonly content: Readonly<Record<string, Content>>;
  };
  readonly responses: Readonly<Record<string, Response | Reference>>;
}

export type PathItem = Partial<Record<HttpMethod, Operation>>;

export interface Components {
  readonly schemas: NamedSchemas;
  readonly parameters?: Readonly<Record<string, Parameter>>;
  readonly headers?: Readonly<Record<string, Header>>;
  readonly responses?: Readonly<Record<string, Response>>;
  readonly securitySchemes?: Readonly<Record<string, unknown>>;
}

/** What one surface contributes. */
export interface ApiPart {
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Readonly<Record<string, PathItem>>;
  readonly components: Components;
}

export interface ApiDocument extends ApiPart {
  readonly openapi: '3.1.0';
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly servers: readonly { readonly url: string; readonly description: string }[];
}

/** Joins records; the same name in two of them is a mistake of ours. */
function joined<T>(records: readonly (Readonly<Record<string, T>> | undefined)[]): Record<string, T> {
  const all: Record<string, T> = {};
  for (const record of records) {
    for (const [name, value] of Object.entries(record ?? {})) {
      if (Object.hasOwn(all, name)) throw new Error(`two surfaces describe ${name}`);
      all[name] = value;
    }
  }
  return all;
}

/** One OpenAPI 3.1 document of several surfaces. */
export function apiDocument(info: ApiDocument['info'], parts: readonly ApiPart[]): ApiDocument {
  const of = <K extends keyof Components>(kind: K) =>
    joined<NonNullable<Components[K]>[string]>(parts.map(({ components }) => components[kind] as never));
  return {
    openapi: '3.1.0',
    info,
    servers: [{ url: '/', description: 'This server' }],
    tags: parts.flatMap(({ tags }) => tags),
    paths: joined(parts.map(({ paths }) => paths)),
    components: {
      schemas: of('schemas'),
      parameters: of('parameters'),
      headers: of('headers'),
      responses: of('responses'),
      securitySchemes: of('securitySchemes'),
    },
  };
}
