import { CURRENCY_EXPONENTS } from '../../../platform/kernel/money.js';
import { DECIMAL_TEXT } from '../body.js';
import { type JsonSchema, nullable } from '../openapi/answers.schema.js';

const CURRENCIES = Object.keys(CURRENCY_EXPONENTS).filter((currency) => currency !== 'AZN');

const RATE: JsonSchema = { type: 'string', pattern: DECIMAL_TEXT.source, examples: ['1.7000'] };

const byCurrency = (title: string, rate: JsonSchema): JsonSchema => ({
  title,
  description: 'AZN for one unit, by currency.',
  type: 'object',
  properties: Object.fromEntries(CURRENCIES.map((currency) => [currency, rate])),
  additionalProperties: false,
});

export const RATES = byCurrency('Rates', RATE);

/** Null takes a rate away. */
export const NEW_RATES = byCurrency('NewRates', nullable({ anyOf: [{ type: 'number' }, RATE] }));
