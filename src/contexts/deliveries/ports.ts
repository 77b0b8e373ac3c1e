import type { MaybePromise } from '../../platform/event-store/event-store.js';
import type { Recipient } from './events/delivery.events.js';

/** Customers' addresses: encrypted under the customer's own data key, found by a keyed hash. */
export abstract class Recipients {
  /** Keyed hash of an address, as orders carry it. */
  abstract hashOf(address: string): string;
  /** Encrypts a corrected address for one of an order's sends. */
  abstract seal(orderId: string, address: string): MaybePromise<Recipient>;
  /** Encrypts an address for its own suppression, whose stream is named by the hash. */
  abstract sealSuppressed(address: string): MaybePromise<Recipient>;
  /** The address in clear. `id`: of the stream's object. @throws {VaultError} `Erased` when the customer was erased */
  abstract open(id: string, recipient: Recipient): MaybePromise<string>;
  /** Destroys the customer's data key for ever, and forgets what was read with it. */
  abstract erase(hash: string): Promise<void>;
}

export interface KeyText {
  readonly text: string;
  readonly serial: string | null;
}

/** Reads and decrypts a key's text, at the moment of sending. */
export abstract class DeliveredKeys {
  /** @throws {VaultError} `Erased` when the lot's data key was destroyed */
  abstract read(lot: number, slot: number): MaybePromise<KeyText>;
}

/** Where mail comes from, and where its pictures lie. */
export abstract class MailSettings {
  abstract readonly from: string;
  /** Without a trailing slash. */
  abstract readonly publicUrl: string;
}

/** Numbers for suppressed addresses. */
export abstract class SuppressionNumbers {
  abstract next(): MaybePromise<number>;
}
