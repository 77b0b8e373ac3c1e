import type { MaybePromise } from '../event-store/event-store.js';
import type { Transaction } from '../execution/transaction.js';
import type { Rejection } from '../kernel/rejection.js';
import type { CredentialRejection, Credentials } from '../security/credential-checks.js';

export type Role = 'super_admin' | 'admin' | 'manager' | 'auditor' | 'partner';

/** An account that can log in. `id` is its UUID. */
export interface LoginAccount {
  readonly kind: 'partner' | 'staff';
  readonly id: string;
}

export interface AccountFacts {
  readonly publicId: number;
  readonly login: string;
  readonly role: Role;
  /** Whether it may do anything at all. */
  readonly active: boolean;
  /** Grows with each change of password, status or role: tokens of an earlier epoch are void. */
  readonly credentialEpoch: number;
}

/** A one-time code that fits an account's secret. Whether it was used before is not known yet. */
export interface CodeProof {
  readonly changeId: string;
  readonly step: number;
}

export type CodeRejection = Rejection<'TotpRequired' | 'TotpInvalid'>;

/** Where accounts come from. */
export abstract class AccountSource {
  abstract check(credentials: Credentials): MaybePromise<LoginAccount | CredentialRejection>;
  /** What a one-time code proves; null for an account that needs none. */
  abstract prove(
    account: LoginAccount,
    code: string | null,
  ): Promise<CodeProof | null | CodeRejection | Rejection<'RateLimited'>>;
  /** Uses the code up, where one is needed. */
  abstract useCode(tx: Transaction, account: LoginAccount, proof: CodeProof | null): CodeRejection | null;
  /** As its stream says; null if there is none. */
  abstract read(tx: Transaction, account: LoginAccount): AccountFacts | null;
  /** From memory, at most a second old; null when it is not there (yet). */
  abstract recall(accountId: string): Pick<AccountFacts, 'active' | 'credentialEpoch'> | null;
}
