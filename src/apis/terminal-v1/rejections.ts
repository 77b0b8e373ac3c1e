import type { OrderingRejection } from '../../contexts/ordering/index.js';
import { ANSWERS, type Answer, type Code } from './answers.js';

/**
 * How each refusal shows in each action that changes something. An action cannot meet those in the last lines of its
 * table; 0-99 there makes a terminal repeat the order, which is safe whatever happened.
 */
const RESERVE = {
  PackageUnavailable: '3-3',
  OutOfStock: '3-4',
  InsufficientBalance: '0-12',
  TooManyReservations: '0-13',
  CurrencyMismatch: '0-7',
  ReservationNotFound: '0-99',
  OrderAlreadyExists: '0-99',
  OrderNotFound: '0-99',
  OrderNotConfirmed: '0-99',
  KeyNotInOrder: '0-99',
  KeyNotNamed: '0-99',
} as const satisfies Record<OrderingRejection, Code>;

const CONFIRM = {
  ReservationNotFound: '4-5',
  OrderAlreadyExists: '4-7',
  CurrencyMismatch: '0-7',
  InsufficientBalance: '0-12',
  TooManyReservations: '0-13',
  PackageUnavailable: '4-5',
  OutOfStock: '4-5',
  OrderNotFound: '0-99',
  OrderNotConfirmed: '0-99',
  KeyNotInOrder: '0-99',
  KeyNotNamed: '0-99',
} as const satisfies Record<OrderingRejection, Code>;

const CANCEL = {
  ReservationNotFound: '5-3',
  InsufficientBalance: '0-99',
  TooManyReservations: '0-99',
  CurrencyMismatch: '0-99',
  PackageUnavailable: '0-99',
  OutOfStock: '0-99',
  OrderAlreadyExists: '0-99',
  OrderNotFound: '0-99',
  OrderNotConfirmed: '0-99',
  KeyNotInOrder: '0-99',
  KeyNotNamed: '0-99',
} as const satisfies Record<OrderingRejection, Code>;

const BUY = {
  PackageUnavailable: '6-4',
  OutOfStock: '6-5',
  OrderAlreadyExists: '6-7',
  InsufficientBalance: '0-12',
  TooManyReservations: '0-13',
  CurrencyMismatch: '0-7',
  ReservationNotFound: '0-99',
  OrderNotFound: '0-99',
  OrderNotConfirmed: '0-99',
  KeyNotInOrder: '0-99',
  KeyNotNamed: '0-99',
} as const satisfies Record<OrderingRejection, Code>;

const TABLES = { '3': RESERVE, '4': CONFIRM, '5': CANCEL, '6': BUY } as const;

export const refusalAnswer = (action: keyof typeof TABLES, rejection: OrderingRejection): Answer =>
  ANSWERS[TABLES[action][rejection]];

/**
 * The answer when certainly nothing happened: the store could not take the append, or the work had not begun. An
 * outage is never shown as "no stock" or "no money".
 */
export const NOTHING_HAPPENED = {
  '1': ANSWERS['1-1'],
  '2': ANSWERS['2-9'],
  '3': ANSWERS['3-5'],
  '4': ANSWERS['4-6'],
  '5': ANSWERS['5-4'],
  '6': ANSWERS['6-9'],
} as const;
