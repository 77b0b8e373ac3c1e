import type { MaybePromise } from '../../platform/event-store/event-store.js';
import type { Transaction } from '../../platform/execution/transaction.js';
import type { OrderIdForm } from './order-id.js';

/** Finds a package by the number that is shown outside. Deleted packages are found too: old orders name them. */
export abstract class PackageDirectory {
  abstract packageId(publicId: number): string | undefined;
}

/** Which lots to try for a package, best first. A hint: the lot decides. */
export abstract class StockCandidates {
  abstract candidates(packageId: string, nowMs: number): Iterable<number>;
  /**
   * Lots in which a reservation is overdue at a moment (UTC ISO). `earliestOf` tells the earliest deadline of a lot's open
   * reservations, null if there are none; it is asked about few lots.
   */
  abstract overdue(
    packageId: string,
    at: string,
    earliestOf: (lot: number) => string | null,
  ): Iterable<number>;
  /** Waits, but not for long, until it shows whatever was in the log before. Answers whether anything was missing. */
  abstract catchUp(): Promise<boolean>;
}

export interface KeyText {
  readonly text: string;
  readonly serial: string | null;
}

/** Reads and decrypts a key's text. At once on the embedded engine. */
export abstract class KeyTextReader {
  abstract read(lot: number, slot: number): MaybePromise<KeyText>;
}

/** Encrypts a customer's address under the customer's own data key, with a keyed hash to find it by. */
export abstract class CustomerSecrets {
  abstract seal(orderId: string, address: string): MaybePromise<{ address: string; hash: string }>;
}

/** Whether anything may be sent to an address, by its keyed hash. */
export abstract class Suppressions {
  abstract isSuppressed(tx: Transaction, hash: string): boolean;
}

/** Numbers for new orders, and the form of their ids. */
export abstract class OrderNumbers {
  abstract next(): MaybePromise<number>;
  abstract idForm(): MaybePromise<OrderIdForm>;
}

/** Settings of sales. */
export abstract class SaleSettings {
  abstract readonly reservationTtlMs: number;
  /** How long a returned key stays off sale. */
  abstract readonly cooldownMs: number;
}
