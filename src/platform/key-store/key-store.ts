import type { MaybePromise } from '../event-store/event-store.js';

/** A 256-bit data key in clear. Lives in memory only; at rest it is wrapped by the master key. */
export interface DataKey {
  /** UUID, named in every ciphertext made with it. */
  readonly id: string;
  readonly key: Buffer;
}

/**
 * Data keys, outside the log so that destroying one erases what it encrypted. A key is on disk before it is returned.
 * `scope` says what the key is for (`lot-17`, `customer-<hmac>`): one live key per scope.
 */
export abstract class KeyStore {
  /** The scope's key, made and stored at the first call. */
  abstract obtain(scope: string): MaybePromise<DataKey>;
  /** By id; null if it was destroyed or never was. */
  abstract find(id: string): MaybePromise<DataKey | null>;
  /** Destroys the scope's key for ever. Returns whether there was one. */
  abstract destroy(scope: string): Promise<boolean>;
}
