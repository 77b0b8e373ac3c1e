/** JSON Schema 2020-12, as far as it is used here. One with a `title` becomes a named component of the document. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly title?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly pattern?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly propertyNames?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly contentMediaType?: string;
  /** Of the JSON that a text holds. */
  readonly contentSchema?: JsonSchema;
  readonly examples?: readonly unknown[];
}

export type NamedSchemas = Record<string, JsonSchema>;

const REFERENCE = '#/components/schemas/';

/**
 * The schema with every titled one in it replaced by a reference, and those collected in `named`.
 * @throws when two different schemas have the same title.
 */
export function withReferences(schema: JsonSchema, named: NamedSchemas): JsonSchema {
  const inside = referencesInside(schema, named);
  const { title } = schema;
  if (title === undefined) return inside;
  const known = named[title];
  if (known && JSON.stringify(known) !== JSON.stringify(inside)) {
    throw new Error(`two different schemas are called ${title}`);
  }
  named[title] = inside;
  return { $ref: REFERENCE + title };
}

function referencesInside(schema: JsonSchema, named: NamedSchemas): JsonSchema {
  const { items, properties, additionalProperties, anyOf } = schema;
  const replace = (inner: JsonSchema): JsonSchema => withReferences(inner, named);
  return {
    ...schema,
    ...(items && { items: replace(items) }),
    ...(anyOf && { anyOf: anyOf.map(replace) }),
    ...(typeof additionalProperties === 'object' && { additionalProperties: replace(additionalProperties) }),
    ...(properties && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, inner]) => [name, replace(inner)]),
      ),
    }),
  };
}
