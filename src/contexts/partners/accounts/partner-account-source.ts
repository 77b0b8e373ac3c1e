import { Injectable } from '@nestjs/common';
import { type AccountFacts, AccountSource } from '../../../platform/auth/account-source.js';
import type { MaybePromise } from '../../../platform/event-store/event-store.js';
import type { Transaction } from '../../../platform/execution/transaction.js';
import type { CredentialRejection, Credentials } from '../../../platform/security/credential-checks.js';
import { Partner } from '../domain/partner.js';
import { Staff } from '../domain/staff.js';
import type { AccountRef } from '../events/claim.events.js';
import { AccountCredentials } from './account-credentials.js';
import { AccountIndex } from './account-index.js';

/** Lets partners and staff log in. */
@Injectable()
export class PartnerAccountSource extends AccountSource {
  constructor(
    private readonly credentials: AccountCredentials,
    private readonly index: AccountIndex,
  ) {
    super();
  }

  check(credentials: Credentials): MaybePromise<AccountRef | CredentialRejection> {
    return this.credentials.check(credentials);
  }

  read(tx: Transaction, { kind, id }: AccountRef): AccountFacts | null {
    if (kind === 'staff') {
      const { exists, publicId, login, role, credentialEpoch } = tx.load(Staff, id);
      return exists ? { publicId, login, role, active: true, credentialEpoch } : null;
    }
    const { exists, publicId, login, status, credentialEpoch } = tx.load(Partner, id);
    return exists ? { publicId, login, role: 'partner', active: status === 'active', credentialEpoch } : null;
  }

  recall(accountId: string): Pick<AccountFacts, 'active' | 'credentialEpoch'> | null {
    const entry = this.index.find(accountId);
    return entry && { active: entry.status === 'active', credentialEpoch: entry.credentialEpoch };
  }
}
