import { createCipheriv, createDecipheriv, randomFillSync } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { MaybePromise } from '../event-store/event-store.js';
import { StoreUnavailable } from '../kernel/store-unavailable.js';
import { type DataKey, KeyStore } from '../key-store/key-store.js';

const VERSION = 'v1';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const CACHED_KEYS = 512;
/** A key that another node destroyed is used here no longer than this. */
const CACHED_KEY_MS = 60_000;
/** Unless the store of the keys does not answer: then for so much longer. */
const OUTAGE_MS = 15 * 60_000;
const ANSWER_MS = 300;
/** Texts that are kept in clear, and for how long. */
const [KEPT_TEXTS, KEPT_TEXT_MS] = [16, 1_000];

/** `Erased`: the data key was destroyed. `Damaged`: not a ciphertext, or not the one of this place. */
export class VaultError extends Error {
  constructor(
    readonly code: 'Erased' | 'Damaged',
    message: string,
  ) {
    super(message);
    this.name = 'VaultError';
  }
}

/** What a ciphertext is bound to: moved to another stream, field or slot it does not open. */
export const sealedPlace = (stream: string, field: string, slot: string | number = 0): string =>
  `${stream}|${field}|${slot}`;

/**
 * AES-256-GCM texts as stored in events: `v1.<data key id>.<nonce>.<ciphertext and tag>`, the last two base64url.
 * The place ({@link sealedPlace}) is authenticated.
 */
export class Vault {
  /** In order of last use, the oldest first. */
  private readonly cached = new Map<string, { key: DataKey; untilMs: number }>();
  /** By place. */
  private texts = new Map<string, { readonly sealed: string; readonly text: string }>();

  constructor(private readonly keys: KeyStore) {}

  /** Encrypts under the scope's data key, which is on disk before this answers. */
  sealUnder(scope: string, place: string, text: string): MaybePromise<string> {
    const key = this.keys.obtain(scope);
    return key instanceof Promise
      ? key.then((found) => this.seal(found, place, text))
      : this.seal(key, place, text);
  }

  seal(dataKey: DataKey, place: string, text: string): string {
    return sealText(dataKey, place, text);
  }

  /** The clear text; at once when the data key is at hand. @throws {VaultError} */
  open(sealed: string, place: string): MaybePromise<string> {
    const [version, keyId, nonce, body, ...rest] = sealed.split('.');
    if (version !== VERSION || !keyId || !nonce || !body || rest.length > 0) {
      throw new VaultError('Damaged', `not a sealed text at ${place}`);
    }
    const key = this.find(keyId);
    if (key instanceof Promise) return key.then((found) => unseal(found, nonce, body, place));
    return unseal(key, nonce, body, place);
  }

  /**
   * As {@link open}, for what is asked for again at once, as many were sealed in one text: it stays in clear for a
   * second at most.
   */
  openAgain(sealed: string, place: string): MaybePromise<string> {
    const kept = this.texts.get(place);
    if (kept?.sealed === sealed) return kept.text;
    const text = this.open(sealed, place);
    if (text instanceof Promise) return text.then((opened) => this.keepText(place, sealed, opened));
    return this.keepText(place, sealed, text);
  }

  /** Drops every clear data key and text from memory; called when a key is destroyed. */
  forget(): void {
    this.cached.clear();
    this.texts = new Map();
  }

  private keepText(place: string, sealed: string, text: string): string {
    if (this.texts.size === KEPT_TEXTS) this.texts = new Map();
    if (this.texts.size === 0) setTimeout(() => (this.texts = new Map()), KEPT_TEXT_MS).unref();
    this.texts.set(place, { sealed, text });
    return text;
  }

  private find(keyId: string): MaybePromise<DataKey | null> {
    const now = performance.now();
    const hit = this.cached.get(keyId);
    if (hit && now < hit.untilMs) return hit.key;
    const found = this.keys.find(keyId);
    if (!(found instanceof Promise)) return this.keep(keyId, found, now);
    const kept = found.then((key) => this.keep(keyId, key, now));
    return hit && now < hit.untilMs + OUTAGE_MS ? this.orLast(kept, hit.key) : kept;
  }

  /** While the store of the keys is away, or slow, the key that was good a while ago is good enough. */
  private async orLast(asked: Promise<DataKey | null>, last: DataKey): Promise<DataKey | null> {
    const patience = new AbortController();
    const late = delay(ANSWER_MS, last, { signal: patience.signal, ref: false }).catch(() => last);
    const answered = asked.catch((error: unknown) => {
      if (error instanceof StoreUnavailable) return last;
      throw error;
    });
    return Promise.race([answered, late]).finally(() => patience.abort());
  }

  private keep(keyId: string, key: DataKey | null, now: number): DataKey | null {
    this.cached.delete(keyId);
    if (!key) return null;
    this.cached.set(keyId, { key, untilMs: now + CACHED_KEY_MS });
    if (this.cached.size > CACHED_KEYS) this.cached.delete(this.cached.keys().next().value!);
    return key;
  }
}

const noncePool = Buffer.alloc(NONCE_BYTES * 512);
let noncesUsed = noncePool.length;

/** Random bytes that no other call gets, good until the next call: the system is asked for many at a time. */
function freshNonce(): Buffer {
  if (noncesUsed === noncePool.length) {
    randomFillSync(noncePool);
    noncesUsed = 0;
  }
  noncesUsed += NONCE_BYTES;
  return noncePool.subarray(noncesUsed - NONCE_BYTES, noncesUsed);
}

/** Encrypts under a data key that is at hand; what {@link Vault} does, for worker threads. */
export function sealText(dataKey: DataKey, place: string, text: string): string {
  const nonce = freshNonce();
  const cipher = createCipheriv('aes-256-gcm', dataKey.key, nonce).setAAD(Buffer.from(place));
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return `${VERSION}.${dataKey.id}.${nonce.toString('base64url')}.${sealed.toString('base64url')}`;
}

function unseal(key: DataKey | null, nonce: string, body: string, place: string): string {
  if (!key) throw new VaultError('Erased', `the data key of ${place} was destroyed`);
  const bytes = Buffer.from(body, 'base64url');
  const nonceBytes = Buffer.from(nonce, 'base64url');
  const tagAt = bytes.length - TAG_BYTES;
  if (tagAt < 0 || nonceBytes.length !== NONCE_BYTES)
    throw new VaultError('Damaged', `cut short at ${place}`);
  const decipher = createDecipheriv('aes-256-gcm', key.key, nonceBytes)
    .setAAD(Buffer.from(place))
    .setAuthTag(bytes.subarray(tagAt));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(0, tagAt)), decipher.final()]).toString('utf8');
  } catch {
    throw new VaultError('Damaged', `does not open at ${place}`);
  }
}
