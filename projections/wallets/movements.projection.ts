import type { CounterAccount } from '../../src/contexts/wallets/index.js';
import type { Currency } from '../../src/platform/kernel/money.js';
import { unreachable } from '../../src/platform/kernel/unreachable.js';
import { defineProjection } from '../../src/platform/projections/projection.js';
import type { ReadDocument } from '../../src/platform/read-store/read-store.js';
import { MOVEMENTS, type Movement, movementMinor } from './movement.js';
import { walletParts } from './wallet-parts.js';

/** One line of a wallet's statement. Holds are not in it: they move nothing. */
export interface MovementDocument extends ReadDocument {
  readonly ownerId: string;
  readonly purpose: string;
  readonly currency: Currency;
  /** Of the movement in the wallet's stream. */
  readonly revision: number;
  /** Minor units; negative when the wallet was debited. */
  readonly amount: string;
  /** The account on the other side. */
  readonly counter: CounterAccount;
  /** Id of the order's document. */
  readonly orderId: string | null;
  readonly reference: string | null;
  /** Ciphertext. */
  readonly comment: string | null;
  readonly at: string;
}

const REVISION_DIGITS = 12;

/** A wallet's lines stand together and in order. */
export const movementKey = (wallet: string, revision: number): string =>
  `${wallet}.${String(revision).padStart(REVISION_DIGITS, '0')}`;

function lineOf(event: Movement): Pick<MovementDocument, 'orderId' | 'reference' | 'comment'> {
  switch (event.type) {
    case 'FundsCaptured':
      return { orderId: event.data.order, reference: null, comment: null };
    case 'FundsCredited':
    case 'FundsDebited': {
      const { order, reference, comment } = event.data;
      return {
        orderId: order ?? null,
        reference: reference ?? null,
        comment: comment ?? null,
      };
    }
    default:
      return unreachable(event);
  }
}

export const movements = defineProjection<MovementDocument, Movement>({
  name: 'movements',
  version: 3,
  indexes: [['ownerId', 'purpose', 'at']],
  handles: { wallet: MOVEMENTS },
  keysOf: (event) => (event.data.amount === '0' ? [] : movementKey(event.id, event.revision)),
  evolve: (_, event, id) => ({
    _id: id,
    ...walletParts(event.id),
    revision: event.revision,
    amount: movementMinor(event).toString(),
    ...lineOf(event),
    counter: event.data.counter,
    at: event.at,
  }),
});
