import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { type Currency, divideHalfEven, isCurrency, parseRatio } from '../../platform/kernel/money.js';

/** Rates of one day, as the Central Bank of the Republic of Azerbaijan publishes them. */
export interface PublishedRates {
  /** `YYYY-MM-DD` */
  readonly date: string;
  /** AZN for one unit, as decimal strings. */
  readonly rates: Readonly<Partial<Record<Currency, string>>>;
}

/** The document is not what the central bank publishes. Its own words are not repeated. */
export class UnreadableRates extends Error {
  constructor(readonly problem: string) {
    super(`the document of rates cannot be used: ${problem}`);
    this.name = 'UnreadableRates';
  }
}

const PARSER = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseTagValue: false,
  parseAttributeValue: false,
  processEntities: false,
  isArray: (name) => name === 'ValType' || name === 'Valute',
});

interface Valute {
  readonly Code?: unknown;
  readonly Nominal?: unknown;
  readonly Value?: unknown;
}

const DATE = /^(0[1-9]|[12]\d|3[01])\.(0[1-9]|1[0-2])\.(\d{4})$/;
const NOMINAL = /^[1-9]\d{0,6}$/;
const VALUE = /^\d{1,12}(\.\d{1,10})?$/;

/**
 * Reads `<ValCurs Date="23.11.2026"><ValType><Valute Code="RUB"><Nominal>100</Nominal><Value>1.9</Value>…`: the value is
 * that of so many units. Codes that are no currencies of ours, metals too, are passed over.
 * @throws {UnreadableRates} for anything else, so that half a document changes nothing.
 */
export function readRates(xml: string): PublishedRates {
  // Definitions of entities have no business here, and are how a small document becomes a large one.
  if (xml.includes('<!DOCTYPE') || XMLValidator.validate(xml) !== true)
    throw new UnreadableRates('no plain XML');
  const root = PARSER.parse(xml).ValCurs;
  const date = DATE.exec(String(root?.Date ?? ''));
  if (!date) throw new UnreadableRates('no date');
  const rates: Partial<Record<Currency, string>> = {};
  for (const { Valute: valutes = [] } of (root.ValType ?? []) as { Valute?: Valute[] }[]) {
    for (const { Code: code, Nominal: nominal, Value: value } of valutes) {
      if (!isCurrency(code) || code === 'AZN') continue;
      if (rates[code] !== undefined) throw new UnreadableRates(`two rates for ${code}`);
      rates[code] = rateOfOne(code, String(nominal ?? ''), String(value ?? ''));
    }
  }
  if (Object.keys(rates).length === 0) throw new UnreadableRates('no rates');
  return { date: `${date[3]}-${date[2]}-${date[1]}`, rates };
}

const DIGITS = 10;
const SHOWN_DIGITS = 4;

function rateOfOne(code: Currency, nominal: string, value: string): string {
  const ratio = NOMINAL.test(nominal) && VALUE.test(value) ? parseRatio(value) : null;
  if (!ratio || ratio.numerator <= 0n) throw new UnreadableRates(`no rate for ${code}`);
  const units = BigInt(nominal) * ratio.denominator;
  const scaled = divideHalfEven(ratio.numerator * 10n ** BigInt(DIGITS), units);
  if (scaled === 0n) throw new UnreadableRates(`no rate for ${code}`);
  const digits = scaled.toString().padStart(DIGITS + 1, '0');
  const fraction = digits.slice(-DIGITS).replace(/0+$/, '').padEnd(SHOWN_DIGITS, '0');
  return `${digits.slice(0, -DIGITS)}.${fraction}`;
}
