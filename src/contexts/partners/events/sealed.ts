// Stored format: add optional fields or upcast, never rename.

/** An e-mail address or a phone number: ciphertext, and the keyed hash by which it is claimed and found. */
export interface SealedContact {
  readonly sealed: string;
  readonly hash: string;
}

/** A password as stored: bcrypt of it and bcrypt of its MD5 in hex, both sealed under slot `changeId`. */
export interface SealedPassword {
  /** Of the command that set it. */
  readonly changeId: string;
  readonly plain: string;
  readonly md5: string;
  /** The password before it stays valid until then; null: no longer. */
  readonly previousValidUntil: string | null;
}
