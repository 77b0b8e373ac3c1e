/**
 * Stored format of `order-<scope>-<namespace>-<hash of reference>` streams: add optional fields or upcast, never
 * rename. The claim carries the whole plan, so that anybody can finish or undo the order from it alone.
 */
import type { DomainEvent } from '../../../platform/kernel/aggregate.js';
import type { Currency, StoredMoney } from '../../../platform/kernel/money.js';

/** How the price of one unit came about, kept for margins, dashboards and disputes. */
export interface PriceFacts {
  readonly package: string;
  readonly packagePublicId: number;
  readonly product: string;
  readonly supplier: string;
  readonly listPrice: StoredMoney;
  /** Each pricing rule applied, in order. */
  readonly rules: readonly unknown[];
  /** What one unit costs the partner. */
  readonly price: StoredMoney;
  /** The same in AZN at the rate of that moment; null if there was none. */
  readonly amountAzn: StoredMoney | null;
  /** Credited to the partner for one unit when the order is confirmed. */
  readonly commission: StoredMoney;
  readonly referrer: string | null;
}

export interface PlannedUnit {
  /** Numbered from 1 over the whole order. */
  readonly unit: number;
  readonly source: {
    readonly kind: 'stock';
    readonly lot: number;
    /** Durable revision of the lot when the claim was decided. */
    readonly lotRevision: number;
  };
  readonly unitCost: StoredMoney | null;
}

export interface OrderLine {
  readonly line: number;
  readonly facts: PriceFacts;
  readonly units: readonly PlannedUnit[];
}

export interface OrderClaim {
  readonly attempt: number;
  readonly publicId: number;
  readonly partner: string;
  readonly apiKey: string | null;
  readonly reference: string;
  readonly surface: string;
  readonly language: string;
  readonly currency: Currency;
  readonly wallet: string;
  /** Durable revision of the wallet when the claim was decided; -1 if it had no event. */
  readonly walletRevision: number;
  /** Lowest permitted available amount, minor units; null: unlimited credit. */
  readonly floor: string | null;
  /** Key of the hold that pays: the order's own, or the reservation's. */
  readonly hold: string;
  readonly reservation: string | null;
  /** The reservation did not show the key's text: the confirmation has to. */
  readonly textWithheld?: true;
  readonly lines: readonly OrderLine[];
  /** Where the keys are to be sent. */
  readonly email: { readonly address: string; readonly hash: string } | null;
  /** A delivery was asked for to an address that cannot be one, or that is suppressed. */
  readonly emailRefused?: true;
  /** When recovery may settle the order if nobody finished it. */
  readonly deadline: string;
}

export interface SoldUnit {
  readonly unit: number;
  readonly lot: number;
  readonly slot: number;
  /** The number shown to the partner. */
  readonly keyNumber: number;
}

/** A confirmed sale as it is counted by day, partner and product; what undoes it carries the same, to uncount it. */
export interface SaleFigures {
  readonly partner: string;
  readonly currency: Currency;
  readonly confirmedAt: string;
  readonly units: readonly {
    readonly package: string;
    readonly product: string;
    /** Minor units of the order's currency. */
    readonly price: string;
    /** Minor units of AZN; null if there was no rate. */
    readonly azn: string | null;
  }[];
}

export type OrderEvent =
  | DomainEvent<'OrderClaimed', OrderClaim>
  | DomainEvent<
      'OrderConfirmed',
      {
        readonly attempt: number;
        readonly units: readonly SoldUnit[];
        /** Captured for the units, minor units of the order's currency. */
        readonly amount: string;
        readonly commission: string;
        readonly sale?: SaleFigures;
      }
    >
  /** The keys of the confirmed order are to be sent to the claim's address. Stands with the confirmation. */
  | DomainEvent<'OrderDeliveryRequested', { readonly attempt: number }>
  | DomainEvent<
      'OrderRefused',
      {
        readonly attempt: number;
        readonly reason: string;
        /** Id of the command that annulled the order before it had a key. */
        readonly command?: string;
      }
    >
  | DomainEvent<
      'RefundClaimed',
      {
        /** `refund`: money back, the keys stay sold. `annulment`: money back, the keys are quarantined. */
        readonly kind: 'refund' | 'annulment';
        readonly reason: string;
        /** Id of the command that asked; older ones have none. */
        readonly command?: string;
        readonly amount: string;
        readonly commission: string;
        readonly walletRevision: number;
        readonly deadline: string;
      }
    >
  | DomainEvent<'OrderRefunded' | 'OrderCancelled', { readonly amount: string; readonly sale?: SaleFigures }>
  | DomainEvent<
      'ReplacementClaimed',
      {
        /** Numbered on from the order's attempts: the lots know it as one more of them. */
        readonly attempt: number;
        /** Id of the command that asked. */
        readonly command: string;
        /** The key that does not work. */
        readonly faulty: SoldUnit;
        /** Where the other key is to come from. */
        readonly unit: PlannedUnit;
        readonly deadline: string;
      }
    >
  /** The faulty key is quarantined, the other one is sold in its place; no money moved. */
  | DomainEvent<
      'KeyReplaced',
      { readonly attempt: number; readonly unit: SoldUnit; readonly unitCost: StoredMoney | null }
    >
  /** The order keeps the key that it had. */
  | DomainEvent<'ReplacementRefused', { readonly attempt: number; readonly reason: string }>;
