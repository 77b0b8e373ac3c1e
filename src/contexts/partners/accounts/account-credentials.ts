import { Injectable } from '@nestjs/common';
import type { MaybePromise } from '../../../platform/event-store/event-store.js';
import { systemContext } from '../../../platform/execution/system-context.js';
import { Executor } from '../../../platform/execution/transaction.js';
import { Clock } from '../../../platform/kernel/clock.js';
import { Ids } from '../../../platform/kernel/ids.js';
import { isRejection, reject } from '../../../platform/kernel/rejection.js';
import {
  type CheckedCredentials,
  CredentialChecks,
  type CredentialRejection,
  type Credentials,
} from '../../../platform/security/credential-checks.js';
import { FailureThrottles } from '../../../platform/throttle/failure-throttle.js';
import { loadAccount } from '../commands/settle-plan.js';
import { validPasswords } from '../domain/account.js';
import { normalLogin } from '../domain/claim.js';
import type { AccountRef } from '../events/claim.events.js';
import { AccountDirectory } from './account-directory.js';
import { AccountIndex } from './account-index.js';
import { AccountSecrets } from './account-secrets.js';

/** Checks logins and passwords of partners and staff alike, once for all surfaces of a process. */
@Injectable()
export class AccountCredentials {
  private readonly checks: CredentialChecks<AccountRef>;

  constructor(
    private readonly executor: Executor,
    private readonly ids: Ids,
    clock: Clock,
    private readonly directory: AccountDirectory,
    private readonly secrets: AccountSecrets,
    index: AccountIndex,
    throttles: FailureThrottles,
  ) {
    const verify = (login: string, password: string) => this.verify(login, password);
    this.checks = new CredentialChecks(clock, throttles, normalLogin, verify);
    index.onCredentialsChanged((accountId) => this.checks.drop(accountId));
  }

  /** Whose they are; at once when they were checked a short while ago. The account's status is not looked at. */
  check(credentials: Credentials): MaybePromise<AccountRef | CredentialRejection> {
    return this.checks.check(credentials);
  }

  private async verify(
    login: string,
    password: string,
  ): Promise<CheckedCredentials<AccountRef> | CredentialRejection> {
    const found = await this.executor.run(systemContext(this.ids, 'check-credentials'), (tx) => {
      const account = this.directory.resolve(tx, login);
      return account && { account, passwords: validPasswords(loadAccount(tx, account), tx.nowMs) };
    });
    if (!found) {
      const nobody = await this.secrets.matchesNobody(password);
      return isRejection(nobody) ? nobody : reject('AccessDenied');
    }
    const { account, passwords } = found;
    for (const stored of passwords) {
      const matches = await this.secrets.matches(account, stored, password);
      if (isRejection(matches)) return matches;
      if (matches) return { ref: account, accountId: account.id, validUntilMs: stored.validUntilMs };
    }
    return reject('AccessDenied');
  }
}
