import { BadRequestException } from '@nestjs/common';
import {
  type Currency,
  formatMinor,
  parseMoney,
  type StoredMoney,
  storeMoney,
} from '../../platform/kernel/money.js';
import { EXACT_JSON_DIGITS } from './limits.js';

/** A decimal of a request as text; numbers are exact up to 15 digits. */
export function decimalText(value: number | string, field: string): string {
  if (typeof value === 'string') return value;
  const text = String(value);
  const digits = text.replace(/\D/g, '').replace(/^0+/, '').length;
  if (/e/i.test(text) || digits > EXACT_JSON_DIGITS) {
    throw new BadRequestException(`${field}: give this amount as a decimal string`);
  }
  return text;
}

/** An amount of a request, exactly. @throws 400 when it has more digits than the currency. */
export function amountOf(value: number | string, currency: Currency, field: string): StoredMoney {
  const money = parseMoney(decimalText(value, field), currency);
  if (!money) throw new BadRequestException(`${field}: has more decimal digits than ${currency}`);
  return storeMoney(money);
}

/** As documented for prices: a JSON number. */
export const numberOf = ({ amount, currency }: StoredMoney): number =>
  Number(formatMinor(BigInt(amount), currency));

/** `"25.50"` */
export const decimalOf = (amountMinor: string, currency: Currency): string =>
  formatMinor(BigInt(amountMinor), currency);
