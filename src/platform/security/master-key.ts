import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** The master key is missing, malformed, or not the one that this data was made with. Its message holds no key. */
export class MasterKeyError extends Error {
  constructor(
    readonly code: 'Missing' | 'Malformed' | 'Mismatch',
    message: string,
  ) {
    super(message);
    this.name = 'MasterKeyError';
  }
}

/**
 * The installation's one 256-bit secret. Nothing is ever encrypted with it directly: it gives sub keys by purpose
 * (HKDF-SHA256), of which `wrap` protects the data keys. Everything else that must outlive a rotation hangs on a data key.
 */
export class MasterKey {
  readonly #bytes: Buffer;
  readonly #wrapKey: Buffer;

  constructor(bytes: Buffer) {
    if (bytes.length !== KEY_BYTES) {
      throw new MasterKeyError(
        'Malformed',
        `a master key has ${KEY_BYTES} bytes, this one has ${bytes.length}`,
      );
    }
    this.#bytes = Buffer.from(bytes);
    this.#wrapKey = this.derive('wrap');
  }

  /** A new random key. */
  static generate(): MasterKey {
    return new MasterKey(randomBytes(KEY_BYTES));
  }

  /** From 64 hexadecimal digits or the base64 (or base64url) of 32 bytes. @throws {MasterKeyError} */
  static parse(text: string): MasterKey {
    const trimmed = text.trim();
    if (/^[0-9a-fA-F]{64}$/.test(trimmed)) return new MasterKey(Buffer.from(trimmed, 'hex'));
    if (/^[A-Za-z0-9+/_-]{43}=?$/.test(trimmed)) return new MasterKey(Buffer.from(trimmed, 'base64'));
    throw new MasterKeyError(
      'Malformed',
      'the master key must be 64 hexadecimal digits or base64 of 32 bytes',
    );
  }

  /** The sub key of a purpose (`jwt`, `cursor`, `demo-password` …), 32 bytes, the same on every node. */
  derive(purpose: string): Buffer {
    return Buffer.from(hkdfSync('sha256', this.#bytes, '', `keyforge/${purpose}/v1`, KEY_BYTES));
  }

  /** The only way to the text form: for writing the key file and for `keygen`. */
  reveal(): string {
    return this.#bytes.toString('hex');
  }

  equals(other: MasterKey): boolean {
    return timingSafeEqual(this.#bytes, other.#bytes);
  }

  /** A public value by which stored data recognises its master key. */
  checkValue(): string {
    return createHmac('sha256', this.derive('check')).update('keyforge').digest('base64url');
  }

  /** Encrypts a data key. `label` is authenticated: a wrapped key put elsewhere does not open. */
  wrap(key: Buffer, label: string): Buffer {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#wrapKey, nonce).setAAD(Buffer.from(label));
    return Buffer.concat([nonce, cipher.update(key), cipher.final(), cipher.getAuthTag()]);
  }

  /** Inverse of {@link wrap}. @throws {MasterKeyError} when it was wrapped otherwise or damaged. */
  unwrap(wrapped: Buffer, label: string): Buffer {
    const tagAt = wrapped.length - TAG_BYTES;
    if (tagAt < NONCE_BYTES) throw new MasterKeyError('Malformed', 'a wrapped data key is too short');
    const decipher = createDecipheriv('aes-256-gcm', this.#wrapKey, wrapped.subarray(0, NONCE_BYTES))
      .setAAD(Buffer.from(label))
      .setAuthTag(wrapped.subarray(tagAt));
    try {
      return Buffer.concat([decipher.update(wrapped.subarray(NONCE_BYTES, tagAt)), decipher.final()]);
    } catch {
      throw new MasterKeyError('Mismatch', 'a data key does not open with this master key');
    }
  }

  /** Keys never reach a log or a JSON answer by accident. */
  toJSON(): string {
    return '[master key]';
  }
}
