import type { Rejection } from '../../platform/kernel/rejection.js';
import { RETRY_AFTER_SECONDS } from './limits.js';

/**
 * Every code with its constant text, whatever the language. The documented ones are word for word; 0-12, 0-13, 0-14,
 * 0-99, 4-7 and 6-7 to 6-9 are additions. `0-99` means "unknown, repeat the same order".
 */
export const MESSAGES = {
  '0': 'SUCCESS',
  '0-1': 'INVALID_REQUEST',
  '0-2': 'LOGIN_MISSING',
  '0-3': 'PASSWORD_MISSING',
  '0-7': 'INVALID_CURRENCY',
  '0-10': 'ACCESS_DENIED',
  '0-11': 'PARTNER_BLOCKED',
  '0-12': 'INSUFFICIENT_BALANCE',
  '0-13': 'RATE_LIMITED',
  '0-14': 'IP_NOT_ALLOWED',
  '0-99': 'SYSTEM_ERROR',
  '1-1': 'Failed to retrieve products',
  '2-1': "Invalid JSON in 'data' parameter",
  '2-2': "Missing 'product' in data",
  '2-3': 'Invalid Product ID',
  '2-9': 'System error',
  '3-1': "Invalid JSON in 'data' parameter",
  '3-2': "Missing 'package' in data",
  '3-3': 'Package not found or inactive',
  '3-4': 'No available keys in stock',
  '3-5': 'Key reservation failed',
  '4-1': "Invalid JSON in 'data' parameter",
  '4-2': "Missing 'key' in data",
  '4-3': "Missing 'order' in data",
  '4-4': 'Order ID exceeds 200 characters',
  '4-5': 'Invalid key ID or key not reserved',
  '4-6': 'Sale confirmation failed',
  '4-7': 'ORDER_ALREADY_EXISTS',
  '5-1': "Invalid JSON in 'data' parameter",
  '5-2': "Missing 'key' in data",
  '5-3': 'Invalid key ID or key not reserved',
  '5-4': 'Cancellation failed',
  '6-1': "Invalid JSON in 'data' parameter",
  '6-2': "Missing 'package' in data",
  '6-3': "Missing 'order' in data",
  '6-4': 'Package not found or inactive',
  '6-5': 'No available keys in stock',
  '6-6': 'Email delivery failed (key still sold)',
  '6-7': 'ORDER_ALREADY_EXISTS',
  '6-8': 'Order ID exceeds 200 characters',
  '6-9': 'Sale confirmation failed',
} as const;

export type Code = keyof typeof MESSAGES;

/** What goes over the wire. The HTTP status is 200 except for HEAD on actions that change state. */
export interface Answer {
  readonly status: 200 | 405;
  readonly body: string;
  readonly retryAfterSeconds: number | null;
}

const head = (code: Code): string => `{"code":"${code}","message":${JSON.stringify(MESSAGES[code])}`;

const build = (code: Code): Answer => ({
  status: 200,
  body: `${head(code)}}`,
  retryAfterSeconds: code === '0-13' ? RETRY_AFTER_SECONDS : null,
});

/** The answer of each code without data, made once. */
export const ANSWERS = Object.fromEntries(
  Object.keys(MESSAGES).map((code) => [code, build(code as Code)]),
) as Readonly<Record<Code, Answer>>;

/** A terminal that is blocked for a while is told for how long. */
export const rateLimited = ({ detail }: Rejection): Answer => ({
  ...ANSWERS['0-13'],
  retryAfterSeconds: Number(detail.retryAfterSeconds ?? RETRY_AFTER_SECONDS),
});

/** For HEAD on actions that change state. */
export const METHOD_NOT_ALLOWED: Answer = { ...ANSWERS['0-1'], status: 405 };

/** A sale whose e-mail was refused still carries its key: the only failure with data. */
export const answerWith = (code: '0' | '6-6', data: unknown): Answer => ({
  status: 200,
  body: `${head(code)},"data":${JSON.stringify(data)}}`,
  retryAfterSeconds: null,
});
