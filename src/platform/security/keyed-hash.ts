import { createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import type { KeyStore } from '../key-store/key-store.js';

/** The scope of the installation's fingerprint key. */
export const FINGERPRINT_SCOPE = 'fingerprint';

/**
 * HMAC-SHA256 under a key per purpose (`login`, `email`, `key-text` …), by which secrets and personal data are found
 * without being readable. The purpose keys derive from one random key that the master key wraps: these values are
 * stored for ever, so they must survive a rotation of the master key.
 */
export class KeyedHash {
  private readonly purposes = new Map<string, KeyObject>();

  constructor(private readonly fingerprintKey: Buffer) {}

  /** Reads the installation's fingerprint key, made at the first call. */
  static async open(keys: KeyStore): Promise<KeyedHash> {
    return new KeyedHash((await keys.obtain(FINGERPRINT_SCOPE)).key);
  }

  /** 43 characters of base64url. */
  hash(purpose: string, text: string): string {
    return createHmac('sha256', this.keyOf(purpose)).update(text).digest('base64url');
  }

  /** The key of a purpose itself, for worker threads that hash in bulk. */
  keyOf(purpose: string): KeyObject {
    const known = this.purposes.get(purpose);
    if (known) return known;
    const bytes = hkdfSync('sha256', this.fingerprintKey, '', `keyforge/hash/${purpose}/v1`, 32);
    const key = createSecretKey(Buffer.from(bytes));
    this.purposes.set(purpose, key);
    return key;
  }
}
