import { Injectable } from '@nestjs/common';
import { isRejection, type Rejection, reject } from '../../../platform/kernel/rejection.js';
import { KeyedHash } from '../../../platform/security/keyed-hash.js';
import { isAcceptablePassword, PasswordHasher } from '../../../platform/security/password-hasher.js';
import { sealedPlace, Vault } from '../../../platform/security/vault.js';
import { type ClaimKind, claimId, normalEmail, normalLogin, normalPhone } from '../domain/claim.js';
import type { AccountRef } from '../events/claim.events.js';
import type { SealedContact, SealedPassword } from '../events/sealed.js';
import type { SealedTotp } from '../events/staff.events.js';

const NORMAL = {
  login: normalLogin,
  email: normalEmail,
  phone: normalPhone,
  apikey: (key: string) => key,
} satisfies Record<ClaimKind, (text: string) => string>;

/** Slot of the contact that an account was registered with. */
const FIRST_CONTACT = 0;

/** What is stored of a password, without the circumstances of its change. */
export type PasswordSecret = Pick<SealedPassword, 'plain' | 'md5'>;

/** Seals and hashes what must not stand in an account's events. One data key per account. */
@Injectable()
export class AccountSecrets {
  constructor(
    private readonly vault: Vault,
    private readonly hashes: KeyedHash,
    private readonly hasher: PasswordHasher,
  ) {}

  hash(kind: ClaimKind, value: string): string {
    return this.hashes.hash(kind, NORMAL[kind](value));
  }

  /** Id of the claim stream of a value. */
  claimId(kind: ClaimKind, value: string): string {
    return claimId(kind, this.hash(kind, value));
  }

  /** Costs two bcrypt hashes. `changeId` is the slot that the ciphertexts are bound to. */
  async sealPassword(
    account: AccountRef,
    changeId: string,
    password: string,
  ): Promise<PasswordSecret | Rejection<'PasswordRefused' | 'RateLimited'>> {
    if (!isAcceptablePassword(password)) return reject('PasswordRefused');
    const hashes = await this.hasher.hashes(password);
    if (isRejection(hashes)) return hashes;
    const seal = (field: string, text: string) => this.seal(account, field, changeId, text);
    const [plain, md5] = await Promise.all([
      seal('password', hashes.plain),
      seal('password-md5', hashes.md5),
    ]);
    return { plain, md5 };
  }

  /** `changeId`: the slot of a contact that replaces another. */
  async sealContact(
    account: AccountRef,
    kind: 'email' | 'phone',
    value: string,
    changeId?: string,
  ): Promise<SealedContact> {
    const sealed = await this.seal(account, kind, changeId ?? FIRST_CONTACT, value.trim());
    return { sealed, hash: this.hash(kind, value) };
  }

  /** The contact in clear. */
  async openContact(
    account: AccountRef,
    kind: 'email' | 'phone',
    { sealed, changeId }: SealedContact & { readonly changeId?: string },
  ): Promise<string> {
    return this.vault.open(sealed, place(account, kind, changeId ?? FIRST_CONTACT));
  }

  async sealApiKey(account: AccountRef, changeId: string, apiKey: string): Promise<SealedContact> {
    return {
      sealed: await this.seal(account, 'api-key', changeId, apiKey),
      hash: this.hash('apikey', apiKey),
    };
  }

  async sealTotp(account: AccountRef, changeId: string, secret: string): Promise<SealedTotp> {
    return { changeId, sealed: await this.seal(account, 'totp', changeId, secret) };
  }

  /** The secret in clear. */
  async openTotp(account: AccountRef, { changeId, sealed }: SealedTotp): Promise<string> {
    return this.vault.open(sealed, place(account, 'totp', changeId));
  }

  /** Whether it is that password. */
  async matches(
    account: AccountRef,
    stored: SealedPassword,
    password: string,
  ): Promise<boolean | Rejection<'RateLimited'>> {
    const hash = await this.vault.open(stored.plain, place(account, 'password', stored.changeId));
    return this.hasher.matches(password, hash);
  }

  /** Takes as long as {@link matches}: from the time alone nobody learns which logins exist. */
  matchesNobody(password: string): Promise<false | Rejection<'RateLimited'>> {
    return this.hasher.matchesNobody(password);
  }

  private async seal(
    account: AccountRef,
    field: string,
    slot: string | number,
    text: string,
  ): Promise<string> {
    return this.vault.sealUnder(streamOf(account), place(account, field, slot), text);
  }
}

/** Scope of the account's data key, and what its ciphertexts are bound to: the stream without its namespace. */
const streamOf = ({ kind, id }: AccountRef): string => `${kind}-${id}`;

const place = (account: AccountRef, field: string, slot: string | number): string =>
  sealedPlace(streamOf(account), field, slot);
