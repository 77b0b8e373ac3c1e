import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { OPERATIONS } from '../../src/apis/rest-v2/openapi/operations.js';
import { makeApiDocument } from '../../src/composition/api-document.js';
import type { Operation } from '../../src/platform/openapi/api-document.js';

const document = makeApiDocument();
const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item).map(
    ([method, operation]) => [`${method.toUpperCase()} ${path}`, operation as Operation] as const,
  ),
);
const successOf = ({ responses }: Operation) =>
  Object.entries(responses).find(([status]) => status.startsWith('2'))?.[1];

const queryOf = ({ parameters = [] }: Operation, field: string) =>
  parameters.flatMap((one) =>
    'name' in one && one.in === 'query' && one.name === field ? [one.schema] : [],
  )[0];

const ajv = formats.default(new Ajv2020({ strict: false }));
ajv.addSchema({ ...document, $id: 'api' }, undefined, false, false);

describe('the document', () => {
  it.each(operations)('says what %s answers', (_, operation) => {
    const success = successOf(operation);
    expect(success && 'content' in success && Object.keys(success.content ?? {})).toHaveLength(1);
  });

  it('names every route, and no other', () => {
    const routes = operations.map(([name]) => name).filter((name) => !name.includes('service'));
    expect(Object.keys(OPERATIONS).sort()).toEqual(routes.sort());
  });

  it('gives every operation a name of its own', () => {
    const names = operations.map(([, { operationId }]) => operationId);
    expect(names.filter((name, place) => names.indexOf(name) !== place)).toEqual([]);
  });

  it('describes every group of operations', () => {
    expect(document.tags.filter(({ name, description }) => name === description)).toEqual([]);
  });

  it.each(Object.entries(document.components.schemas))('has a valid schema %s', (_, schema) => {
    expect(ajv.validateSchema(schema)).toBe(true);
  });

  it.each(operations.filter(([, operation]) => queryOf(operation, 'sort')))(
    'names the fields that %s is sorted by',
    (_, operation) => {
      expect(queryOf(operation, 'sort')?.enum).toEqual(
        expect.arrayContaining([expect.stringMatching(/^\w/)]),
      );
    },
  );

  it.each(operations.filter(([, operation]) => queryOf(operation, 'dateFrom')))(
    'says what dates %s takes',
    (_, operation) => {
      const pattern = new RegExp(queryOf(operation, 'dateFrom')?.pattern ?? 'none');
      const taken = [
        '2026-12-31',
        '2026-12-31T10:00Z',
        '2026-12-31T10:00:00.000+04:00',
        '31.12.2026',
        '2026-12',
      ];
      expect(taken.map((text) => pattern.test(text))).toEqual([true, true, true, false, false]);
    },
  );

  it('names forms where a form can say all that must be said', () => {
    const typesOf = (name: string) =>
      Object.keys(operations.find(([other]) => other === name)?.[1].requestBody?.content ?? {});
    const [json, form] = ['application/json', 'application/x-www-form-urlencoded'];
    expect(typesOf('POST /api/auth/login')).toEqual([json, form]);
    expect(typesOf('POST /api/keys')).toEqual([json]);
    expect(typesOf('POST /api/uploads')).toEqual(['multipart/form-data']);
  });

  it('refers to nothing that is not there', () => {
    const text = JSON.stringify(document);
    for (const [, kind, name] of text.matchAll(/"#\/components\/(\w+)\/(\w+)"/g)) {
      expect(Object.keys(document.components[kind as 'schemas'] ?? {})).toContain(name);
    }
  });

  it.each(operations.filter(([, { requestBody }]) => requestBody))(
    '%s has a valid example',
    (_, operation) => {
      for (const { schema, example } of Object.values(operation.requestBody!.content)) {
        if (example === undefined) continue;
        const validate = ajv.compile({ ...schema, $ref: schema.$ref && `api${schema.$ref}` });
        validate(example);
        expect(validate.errors).toBeNull();
      }
    },
  );

  it('documents what is documented elsewhere word for word: the codes of the terminals', () => {
    const { description = '' } = document.paths['/api/v1/partners/service']!.get!;
    expect(description).toContain('| 0-10 | ACCESS_DENIED |');
    expect(description).toContain('| 6-6 | Email delivery failed (key still sold) |');
  });
});
