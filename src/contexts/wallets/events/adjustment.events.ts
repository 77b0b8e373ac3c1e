/** Stored format of `adjustment-<owner>-<hash of reference>` streams: add optional fields or upcast, never rename. */
import type { DomainEvent } from '../../../platform/kernel/aggregate.js';
import type { Currency } from '../../../platform/kernel/money.js';

export type AdjustmentEvent =
  | DomainEvent<
      'AdjustmentClaimed',
      {
        readonly owner: string;
        readonly wallet: string;
        /** Durable revision of the wallet when the claim was decided; -1 if it had no event. */
        readonly walletRevision: number;
        readonly currency: Currency;
        /** Minor units; negative when the wallet is debited. */
        readonly amount: string;
        readonly reference: string;
        /** Ciphertext. */
        readonly reason: string;
        readonly deadline: string;
      }
    >
  | DomainEvent<'AdjustmentCompleted', { readonly amount: string }>;
