import { Injectable } from '@nestjs/common';
import {
  type AccountFacts,
  AccountSource,
  type CodeProof,
  type CodeRejection,
} from '../../../platform/auth/account-source.js';
import type { MaybePromise } from '../../../platform/event-store/event-store.js';
import { systemContext } from '../../../platform/execution/system-context.js';
import { Executor, type Transaction } from '../../../platform/execution/transaction.js';
import { Ids } from '../../../platform/kernel/ids.js';
import { isRejection, type Rejection, reject } from '../../../platform/kernel/rejection.js';
import type { CredentialRejection, Credentials } from '../../../platform/security/credential-checks.js';
import { Partner } from '../domain/partner.js';
import { useTotp } from '../domain/staff.decider.js';
import { needsTotp, Staff } from '../domain/staff.js';
import type { AccountRef } from '../events/claim.events.js';
import { AccountCredentials } from './account-credentials.js';
import { AccountIndex } from './account-index.js';
import { StaffTotp } from './staff-totp.js';

/** Lets partners and staff log in. */
@Injectable()
export class PartnerAccountSource extends AccountSource {
  constructor(
    private readonly executor: Executor,
    private readonly ids: Ids,
    private readonly credentials: AccountCredentials,
    private readonly totp: StaffTotp,
    private readonly index: AccountIndex,
  ) {
    super();
  }

  check(credentials: Credentials): MaybePromise<AccountRef | CredentialRejection> {
    return this.credentials.check(credentials);
  }

  /** Only staff have authenticator apps. */
  async prove(
    { kind, id }: AccountRef,
    code: string | null,
  ): Promise<CodeProof | null | CodeRejection | Rejection<'RateLimited'>> {
    if (kind !== 'staff') return null;
    const state = await this.executor.run(systemContext(this.ids, 'check-code'), (tx) => tx.load(Staff, id));
    if (!needsTotp(state)) return null;
    if (!code) return reject('TotpRequired');
    const proof = await this.totp.prove(id, state.totp!, code);
    if (!isRejection(proof)) return proof;
    return proof.code === 'RateLimited' ? reject('RateLimited', proof.detail) : reject('TotpInvalid');
  }

  useCode(tx: Transaction, { kind, id }: AccountRef, proof: CodeProof | null): CodeRejection | null {
    if (kind !== 'staff') return null;
    const used = useTotp(tx.load(Staff, id), proof);
    if (isRejection(used)) return used;
    tx.append(Staff, id, used);
    return null;
  }

  read(tx: Transaction, { kind, id }: AccountRef): AccountFacts | null {
    const account = kind === 'staff' ? tx.load(Staff, id) : tx.load(Partner, id);
    const { exists, publicId, login, status, credentialEpoch } = account;
    const role = 'role' in account ? account.role : 'partner';
    return exists ? { publicId, login, role, active: status === 'active', credentialEpoch } : null;
  }

  recall(accountId: string): Pick<AccountFacts, 'active' | 'credentialEpoch'> | null {
    const entry = this.index.find(accountId);
    return entry && { active: entry.status === 'active', credentialEpoch: entry.credentialEpoch };
  }
}
