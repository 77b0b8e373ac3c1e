import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import type { MasterKey } from './master-key.js';

const MAC_BYTES = 16;

/**
 * Opaque marks of how far a reader has come, which readers carry between requests. A mark is good for the purpose that
 * it was made for (the list and its filter) and cannot be made or changed by anybody else; every process of the
 * installation reads the marks of the others.
 */
export class Cursors {
  private readonly key: KeyObject;

  constructor(master: MasterKey) {
    this.key = createSecretKey(master.derive('cursor'));
  }

  /** @param mark text of the reader's own making */
  seal(purpose: string, mark: string): string {
    const text = Buffer.from(mark);
    return Buffer.concat([this.mac(purpose, text), text]).toString('base64url');
  }

  /** Null if the cursor is not one of this purpose. */
  open(purpose: string, cursor: string): string | null {
    const bytes = Buffer.from(cursor, 'base64url');
    if (bytes.length <= MAC_BYTES || bytes.toString('base64url') !== cursor) return null;
    const text = bytes.subarray(MAC_BYTES);
    return timingSafeEqual(bytes.subarray(0, MAC_BYTES), this.mac(purpose, text)) ? text.toString() : null;
  }

  private mac(purpose: string, text: Buffer): Buffer {
    return createHmac('sha256', this.key).update(`${purpose}\n`).update(text).digest().subarray(0, MAC_BYTES);
  }
}
