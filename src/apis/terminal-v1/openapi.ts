import { SALE_CURRENCIES } from '../../platform/kernel/money.js';
import type { ApiPart, Operation, Parameter, Response } from '../../platform/openapi/api-document.js';
import { type JsonSchema, type NamedSchemas, withReferences } from '../../platform/openapi/json-schema.js';
import { MESSAGES } from './answers.js';
import { MAX_ORDER_CODE_POINTS } from './limits.js';
import { ACTIONS, LANGUAGES } from './parse.js';
import { TERMINAL_PATHS } from './surface.js';

const TEXT: JsonSchema = { type: 'string' };
const TEXT_OR_NULL: JsonSchema = { type: ['string', 'null'] };
const LANGUAGE: JsonSchema = { enum: LANGUAGES };
const CURRENCY: JsonSchema = { enum: SALE_CURRENCIES };
const PRICE: JsonSchema = { type: 'string', pattern: '^\\d+\\.\\d{2}$' };
/** A number as text, or as an integer that JSON carries without loss. */
const REFERENCE: JsonSchema = { type: ['string', 'integer'] };

const objectOf = (
  title: string,
  properties: Readonly<Record<string, JsonSchema>>,
  required = Object.keys(properties),
): JsonSchema => ({ title, type: 'object', properties, required });

const SETTINGS = objectOf(
  'TerminalSettings',
  { login: TEXT, password: TEXT, lang: LANGUAGE, currency: CURRENCY },
  ['login', 'password'],
);

const ORDER: JsonSchema = { ...REFERENCE, maxLength: MAX_ORDER_CODE_POINTS };

const DATA = objectOf(
  'TerminalData',
  {
    product: { ...REFERENCE, description: 'Action 2: product id of action 1.' },
    package: { ...REFERENCE, description: 'Actions 3 and 6: package id of action 2.' },
    key: { ...REFERENCE, description: 'Actions 4 and 5: key id of action 3.' },
    order: { ...ORDER, description: 'Actions 4 and 6: your order id. The same one is answered the same.' },
    currency: { ...CURRENCY, description: 'Action 4.' },
    email: { ...TEXT, description: 'Actions 4 and 6: where the key is sent to.' },
    lang: { ...LANGUAGE, description: 'Action 6: language of the e-mail.' },
  },
  [],
);

/** What a success carries, by what was asked for. */
const ANSWER_DATA: JsonSchema = {
  anyOf: [
    {
      type: 'array',
      items: objectOf('TerminalProduct', {
        productId: TEXT,
        productName: TEXT,
        imageUrl: TEXT_OR_NULL,
        thumbnailUrl: TEXT_OR_NULL,
      }),
    },
    {
      type: 'array',
      items: objectOf('TerminalPackage', {
        packageId: TEXT,
        packageName: TEXT,
        packagePrice: PRICE,
        currency: CURRENCY,
      }),
    },
    objectOf(
      'TerminalReservation',
      { keyId: TEXT, keyText: TEXT_OR_NULL, serialNumber: TEXT_OR_NULL, price: PRICE, currency: CURRENCY },
      ['keyId', 'serialNumber', 'price', 'currency'],
    ),
    objectOf('TerminalKey', { keyId: TEXT, keyText: TEXT, serialNumber: TEXT_OR_NULL }),
  ],
};

const ANSWER: JsonSchema = objectOf(
  'TerminalAnswer',
  {
    code: { enum: Object.keys(MESSAGES), description: '`0` is a success, every other code an error.' },
    message: { enum: [...new Set(Object.values(MESSAGES))] },
    data: ANSWER_DATA,
  },
  ['code', 'message'],
);

const CODES = Object.entries(MESSAGES).map(([code, message]) => `| ${code} | ${message} |`);

const DESCRIPTION = `All actions of the payment terminals, in one GET request with JSON in its query.

The HTTP status is always 200; \`code\` tells. The same \`order\` with the same key or package is answered the same,
so that whatever was not answered can be repeated. \`0-99\` means "unknown: repeat the same order"; 1-1, 2-9, 3-5,
4-6, 5-4 and 6-9 mean that nothing happened.

| code | message |
|---|---|
${CODES.join('\n')}`;

const text = (value: object): string => JSON.stringify(value);
const LOGIN = { login: 'YOUR_LOGIN', password: 'YOUR_PASSWORD', lang: 'en' };

const query = (name: string, schema: JsonSchema, more: Partial<Parameter> = {}): Parameter => ({
  name,
  in: 'query',
  required: false,
  schema,
  ...more,
});

const jsonText = (schema: JsonSchema): JsonSchema => ({
  ...TEXT,
  contentMediaType: 'application/json',
  contentSchema: schema,
});

const parametersWith = (refer: (schema: JsonSchema) => JsonSchema): Parameter[] => [
  query(
    'action',
    { enum: ACTIONS },
    {
      required: true,
      description:
        '1 products, 2 packages, 3 reserve a key, 4 confirm the sale, 5 cancel the reservation, 6 buy in one step',
    },
  ),
  query('settings', jsonText(refer(SETTINGS)), {
    required: true,
    examples: { login: { value: text(LOGIN) }, currency: { value: text({ ...LOGIN, currency: 'AZN' }) } },
  }),
  query('data', jsonText(refer(DATA)), {
    examples: {
      'action 2': { value: text({ product: '42' }) },
      'action 3': { value: text({ package: '101' }) },
      'action 4': { value: text({ key: '8847', order: 'PAY-2026-001', currency: 'AZN' }) },
      'action 5': { value: text({ key: '8847' }) },
      'action 6': {
        value: text({ package: '101', order: 'PAY-2026-002', email: 'customer@example.com', lang: 'en' }),
      },
    },
  }),
  query('currency', CURRENCY),
  query('lang', LANGUAGE),
];

const RESERVED = { keyId: '8847', keyText: 'XXXX-YYYY-ZZZZ-WWWW', serialNumber: 'SN-12345' };
const SUCCESS = { code: '0', message: MESSAGES['0'] };

const responseWith = (refer: (schema: JsonSchema) => JsonSchema): Response => ({
  description: 'Success or error, by `code`.',
  content: {
    'application/json': {
      schema: refer(ANSWER),
      examples: {
        'action 3': { value: { ...SUCCESS, data: { ...RESERVED, price: '25.50', currency: 'AZN' } } },
        'action 4': { value: SUCCESS },
        'action 6': {
          value: {
            ...SUCCESS,
            data: { keyId: '8848', keyText: 'AAAA-BBBB-CCCC-DDDD', serialNumber: 'SN-67890' },
          },
        },
        error: { value: { code: '0-10', message: MESSAGES['0-10'] } },
      },
    },
  },
});

/** The terminals' API as OpenAPI describes it: one operation at two paths. */
export function terminalApi(): ApiPart {
  const schemas: NamedSchemas = {};
  const refer = (schema: JsonSchema): JsonSchema => withReferences(schema, schemas);
  const operation: Omit<Operation, 'operationId'> = {
    summary: 'Terminal API v1',
    description: DESCRIPTION,
    tags: ['terminal'],
    security: [],
    parameters: parametersWith(refer),
    responses: { 200: responseWith(refer) },
  };
  const [legacy, service] = TERMINAL_PATHS;
  return {
    tags: [{ name: 'terminal', description: 'Payment terminals and kiosks (v1)' }],
    paths: {
      [service]: { get: { operationId: 'callTerminalService', ...operation } },
      [legacy]: { get: { operationId: 'callTerminalLegacy', ...operation } },
    },
    components: { schemas },
  };
}
