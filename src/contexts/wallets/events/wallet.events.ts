/**
 * Stored format of `wallet-<owner>.<purpose>.<currency>` streams: add optional fields or upcast, never rename.
 *
 * Amounts are minor units of the wallet's currency, as decimal strings. Every movement is double entry: `counter`
 * names the account on the other side, which changes by the opposite amount. Holds move nothing.
 */
import type { DomainEvent } from '../../../platform/kernel/aggregate.js';
import type { Currency } from '../../../platform/kernel/money.js';

/** An account of the ledger that is no partner's wallet. */
export type CounterAccount =
  | 'sales'
  | 'topups'
  | 'commissions'
  | 'refunds'
  | 'commission-returns'
  | 'adjustments';

/** What a hold is for. The key is unique for ever: `sale:<order>:<attempt>` or `reservation:<id>`. */
export interface HoldPurpose {
  readonly kind: 'sale' | 'reservation';
  readonly key: string;
}

/** What a reservation's hold must say so that anybody can finish or undo it: the hold is its claim. */
export interface ReservationPlan {
  readonly reservation: string;
  readonly partner: string;
  /** Id of the wallet that holds the money. */
  readonly wallet: string;
  readonly lot: number;
  /** Durable revision of the lot when the hold was decided; -1 if there was none. */
  readonly lotRevision: number;
  /** Where the key goes, once its text was shown, when the reservation ends without a sale. */
  readonly shownKeysTo: 'stock' | 'quarantine';
  /** Whether the reservation's answer shows the key text. */
  readonly shown: boolean;
  /** What a sale of it will record: see the ordering context's price facts. */
  readonly sale: unknown;
}

export type WalletEvent =
  | DomainEvent<
      'FundsHeld',
      {
        readonly hold: HoldPurpose;
        readonly amount: string;
        readonly currency: Currency;
        /** Wakes recovery; the hold itself does not expire. */
        readonly deadline: string;
        readonly reservation?: ReservationPlan;
      }
    >
  | DomainEvent<
      'FundsCaptured',
      {
        readonly hold: string;
        readonly currency: Currency;
        /** Debited. */
        readonly amount: string;
        /** Given back to available: the hold less the captured amount. */
        readonly released: string;
        readonly counter: CounterAccount;
        readonly order: string;
        readonly attempt: number;
      }
    >
  /** Also written for a hold that never stood: none of that key comes later. */
  | DomainEvent<
      'FundsReleased',
      { readonly hold: string; readonly currency: Currency; readonly amount: string }
    >
  | DomainEvent<
      'FundsCredited' | 'FundsDebited',
      {
        /** Unique for ever: `topup:<…>`, `commission:<order>:<attempt>`, `refund:<order>` … */
        readonly operation: string;
        readonly currency: Currency;
        readonly amount: string;
        readonly counter: CounterAccount;
        readonly order?: string;
        /** The partner's own reference of a top-up. */
        readonly reference?: string;
        /** Ciphertext. */
        readonly comment?: string;
      }
    >;
