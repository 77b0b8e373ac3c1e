import fc from 'fast-check';
import type {
  ApiDocument,
  Operation,
  Parameter,
  Reference,
} from '../../src/platform/openapi/api-document.js';
import type { JsonSchema } from '../../src/platform/openapi/json-schema.js';
import { PASSWORD, type Pools } from './api-world.js';

export interface FuzzedRequest {
  /** With its query. */
  readonly url: string;
  readonly contentType?: string;
  readonly payload?: string;
}

/** Fields that name something, and the kind of it. */
const NAMING: Readonly<Record<string, string>> = {
  package_id: 'packages',
  package_ids: 'packages',
  product_id: 'products',
  product_ids: 'products',
  vendor_id: 'suppliers',
  supplier_id: 'suppliers',
  category_id: 'categories',
  subcategory_id: 'subcategories',
  parent_id: 'categories',
  manager_id: 'staff',
  partnerId: 'partners',
  ids: 'keys',
};

const word = (): fc.Arbitrary<string> => fc.stringMatching(/^[a-z]{4,12}$/);
const email = (): fc.Arbitrary<string> => word().map((name) => `${name}@example.com`);
const image = (): fc.Arbitrary<string> => word().map((name) => `https://example.com/${name}.png`);

/** Fields that not every text or number is fit for. */
const FITTING: Readonly<Record<string, fc.Arbitrary<string>>> = {
  settings: fc.constant(JSON.stringify({ login: 'victim', password: PASSWORD })),
  sort: fc.constantFrom('id', '-id'),
  password: word().map((text) => `a long ${text}`),
  email: email(),
  contact_email: email(),
  support_email: email(),
  phone: fc.integer({ min: 1_000_000, max: 9_999_999 }).map((digits) => `+99450${digits}`),
  api_key: word().map((text) => `key-of-${text}`),
  image_url: image(),
  thumbnail_url: image(),
  logo_url: image(),
  url: fc.constant('http://127.0.0.1:64999/'),
  ip_allowlist: fc.constantFrom('10.0.0.0/8', '2001:db8::1'),
  expires_at: fc.constant('2099-12-31'),
  effective_date: fc.constant('2026-01-31'),
  as_of: fc.constant('2099-01-31T10:00:00Z'),
  at: fc.constant('2099-01-31T10:00:00Z'),
  from: fc.constant('2026-01-31T10:00:00Z'),
  to: fc.constant('2099-01-31T10:00:00Z'),
  dateFrom: fc.constantFrom('2026-01-01', '2026-01-01T10:00:00Z'),
  dateTo: fc.constant('2099-12-31'),
  ...Object.fromEntries(
    ['USD', 'EUR', 'TRY', 'RUB', 'UZS', 'USDT', 'BTC', 'ETH'].map((code) => [
      code,
      fc.constantFrom('1.7000', '0.05'),
    ]),
  ),
  markup_percent: fc.constant('2.5'),
  commission_percent: fc.constant('1'),
};

/** What a terminal sends as `data`: something for every action. */
const terminalData = (pools: Pools): fc.Arbitrary<string> =>
  fc
    .record({
      product: fc.constantFrom(...pools.products!.map(String)),
      package: fc.constantFrom(...pools.packages!.map(String)),
      key: fc.constantFrom(...pools.keys!.map(String)),
      order: word(),
    })
    .map((data) => JSON.stringify(data));

const HOSTILE_TEXTS = [
  '',
  ' ',
  '\0',
  '\ud800',
  '{"$gt":""}',
  "' OR 1=1 --",
  '../../etc/passwd',
  'x'.repeat(5_000),
];
const ODD_NUMBERS = [0, -1, 0.5, 1e21, 2 ** 53, Number.MAX_SAFE_INTEGER, 987_654_321];

const text = (): fc.Arbitrary<string> =>
  fc.oneof(
    fc.string({ maxLength: 30, size: 'max' }),
    fc.string({ unit: 'binary', maxLength: 30, size: 'max' }),
    fc.constantFrom(...HOSTILE_TEXTS),
  );

const anything = (): fc.Arbitrary<unknown> =>
  fc.oneof(text(), fc.constantFrom(...ODD_NUMBERS), fc.constantFrom(null, true, [], {}), fc.jsonValue());

interface Known {
  readonly document: ApiDocument;
  readonly pools: Pools;
}

/** Requests that are as documented, and likely to be accepted. */
export const tidyRequestsOf = (
  { document, pools }: Known,
  method: string,
  path: string,
  operation: Operation,
): fc.Arbitrary<FuzzedRequest> => new RequestMaker(document, pools, true).requestOf(method, path, operation);

/** Requests as the document describes them, and some that it does not. */
export function requestsOf(
  known: Known,
  method: string,
  path: string,
  operation: Operation,
): fc.Arbitrary<FuzzedRequest> {
  const { document, pools } = known;
  const tidy = tidyRequestsOf(known, method, path, operation);
  const untidy = new RequestMaker(document, pools, false).requestOf(method, path, operation);
  return fc.oneof({ weight: 3, arbitrary: tidy }, { weight: 1, arbitrary: untidy });
}

class RequestMaker {
  constructor(
    private readonly document: ApiDocument,
    private readonly pools: Pools,
    /** True: what is documented and likely to be accepted. False: anything goes. */
    private readonly isTidy: boolean,
  ) {}

  requestOf(method: string, path: string, operation: Operation): fc.Arbitrary<FuzzedRequest> {
    const parameters = operation.parameters.map((given) => this.resolved(given));
    const inPath = parameters.filter((one) => one.in === 'path');
    const inQuery = parameters.filter((one) => one.in === 'query');
    const query = this.recordOf(
      inQuery.map(({ name, schema, required }) => [name, this.parameter(name, schema), required === true]),
    );
    const places = fc.record(
      Object.fromEntries(inPath.map(({ name }) => [name, this.placeIn(method, path, name)])),
    );
    return fc.tuple(places, query, this.bodyOf(operation)).map(([place, asked, body]) => {
      const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(place[name]!));
      const search = Object.entries(asked)
        .map(([name, value]) => `${name}=${escaped(String(value))}`)
        .join('&');
      return { url: search ? `${filled}?${search}` : filled, ...body };
    });
  }

  private resolved(given: Parameter | Reference): Parameter {
    return '$ref' in given ? this.document.components.parameters![given.$ref.split('/').at(-1)!]! : given;
  }

  /** A number of what stands before it in the path: mostly one that there is. */
  private placeIn(method: string, path: string, name: string): fc.Arbitrary<string> {
    const kind = path
      .slice(0, path.indexOf(`/{${name}}`))
      .split('/')
      .at(-1)!;
    const known = (this.pools[`${method} ${kind}`] ?? this.pools[kind] ?? []).map(String);
    const other = fc.constantFrom('987654321', '0', '1e3', 'x', '%', '9'.repeat(30));
    if (known.length === 0) return other;
    return this.isTidy ? fc.constantFrom(...known) : fc.oneof(fc.constantFrom(...known), other);
  }

  private parameter(name: string, schema: JsonSchema): fc.Arbitrary<unknown> {
    return fc.oneof({ weight: 5, arbitrary: this.valueOf(schema, name) }, { weight: 1, arbitrary: text() });
  }

  private bodyOf({ requestBody }: Operation): fc.Arbitrary<Omit<FuzzedRequest, 'url'>> {
    const [given] = Object.entries(requestBody?.content ?? {});
    if (!given) return fc.constant({});
    const [contentType, { schema }] = given;
    if (contentType !== 'application/json') return fc.constant({ contentType, payload: 'nonsense' });
    const valid = this.valueOf(schema, '');
    if (this.isTidy) return valid.map((body) => ({ contentType, payload: JSON.stringify(body) }));
    const spoilt = fc
      .tuple(valid, fc.nat(), anything())
      .map(([body, place, value]) => spoil(body as Record<string, unknown>, place, value));
    return fc
      .oneof(
        { weight: 4, arbitrary: valid.map((body) => JSON.stringify(body)) },
        { weight: 4, arbitrary: spoilt.map((body) => JSON.stringify(body)) },
        { weight: 1, arbitrary: anything().map((body) => JSON.stringify(body)) },
        { weight: 1, arbitrary: fc.constantFrom('', '{', 'null', '{"a":1', '[[[[') },
      )
      .map((payload) => ({ contentType, payload }));
  }

  /** A value that a schema allows; what names something mostly names what there is. */
  private valueOf(schema: JsonSchema, name: string): fc.Arbitrary<unknown> {
    if (schema.$ref)
      return this.valueOf(this.document.components.schemas[schema.$ref.split('/').at(-1)!]!, name);
    const known = this.pools[NAMING[name] ?? ''];
    if (known && schema.type === 'integer') {
      return this.isTidy ? fc.constantFrom(...known) : fc.constantFrom(...known, 987_654_321);
    }
    if (this.isTidy && name === 'data') return terminalData(this.pools);
    if (this.isTidy && Object.hasOwn(FITTING, name) && !schema.items) return FITTING[name]!;
    if (schema.enum) return fc.constantFrom(...schema.enum);
    if (schema.const !== undefined) return fc.constant(schema.const);
    if (schema.anyOf) return fc.oneof(...schema.anyOf.map((one) => this.valueOf(one, name)));
    const [type] = [schema.type].flat();
    if (type === 'object') return this.objectOf(schema);
    if (type === 'array') return this.listOf(schema, name);
    if (type === 'string') return this.textOf(schema);
    return type === 'number' && this.isTidy ? fc.nat(10_000) : scalarOf(schema, type);
  }

  private textOf({ pattern, minLength = 0 }: JsonSchema): fc.Arbitrary<string> {
    if (pattern) return fc.oneof(fc.stringMatching(new RegExp(pattern)), fc.constantFrom('1.50', '100'));
    if (this.isTidy) return word();
    return text().map((value) => value.padEnd(minLength, 'x'));
  }

  private objectOf({ properties = {}, required = [], additionalProperties }: JsonSchema) {
    const fields = Object.entries(properties);
    if (fields.length === 0 && typeof additionalProperties === 'object') {
      return fc.dictionary(
        fc.constantFrom('USD', 'EUR', 'TRY', 'RUB', ...(this.isTidy ? [] : ['AZN', 'x'])),
        this.valueOf(additionalProperties, ''),
        { maxKeys: 4 },
      );
    }
    return this.recordOf(
      fields.map(([name, inner]) => [name, this.valueOf(inner, name), required.includes(name)]),
    );
  }

  /** All required fields, and some others: only a few that belong to each other where it should succeed. */
  private recordOf(
    fields: readonly (readonly [name: string, value: fc.Arbitrary<unknown>, isRequired: boolean])[],
  ): fc.Arbitrary<Record<string, unknown>> {
    const required = fields.filter(([, , isRequired]) => isRequired);
    const optional = fields.filter(([, , isRequired]) => !isRequired);
    const chosen = fc.subarray(optional, this.isTidy ? { maxLength: Math.min(2, optional.length) } : {});
    return chosen.chain((some) =>
      fc.record(Object.fromEntries([...required, ...some].map(([name, value]) => [name, value]))),
    );
  }

  private listOf({ items = {}, minItems = 0 }: JsonSchema, name: string) {
    return fc.array(this.valueOf(items, name), { minLength: minItems, maxLength: Math.max(minItems, 4) });
  }
}

function scalarOf(schema: JsonSchema, type: string | undefined): fc.Arbitrary<unknown> {
  const { minimum = -10, maximum = 1_000_000 } = schema;
  switch (type) {
    case 'integer':
      return fc.integer({ min: Math.max(minimum, -(2 ** 31)), max: Math.min(maximum, 2 ** 31) });
    case 'number':
      return fc.oneof(fc.nat(10_000), fc.double({ noNaN: true, min: -1e6, max: 1e6 }));
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    default:
      return anything();
  }
}

/** One field replaced, taken away or added. */
function spoil(body: Record<string, unknown>, place: number, value: unknown): unknown {
  const names = [...Object.keys(body), 'colour'];
  const name = names[place % names.length]!;
  const { [name]: _, ...rest } = body;
  return place % 3 === 0 ? rest : { ...rest, [name]: value };
}

/** As a URL carries it, which halves of surrogate pairs cannot be in. */
const escaped = (value: string): string => encodeURIComponent(value.replace(/\p{Surrogate}/gu, '?'));
