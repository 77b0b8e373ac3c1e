import { Injectable } from '@nestjs/common';
import { systemContext } from '../../../platform/execution/system-context.js';
import { Executor, type Transaction } from '../../../platform/execution/transaction.js';
import { Ids } from '../../../platform/kernel/ids.js';
import { holderOf, planOf, settlePlan } from '../commands/settle-plan.js';
import { Claim } from '../domain/claim.js';
import type { AccountRef } from '../events/claim.events.js';
import { RECOVERY_BATCH } from '../limits.js';
import { AccountIndex } from './account-index.js';
import { AccountSecrets } from './account-secrets.js';

/** Finds accounts by what the outside calls them. */
@Injectable()
export class AccountDirectory {
  constructor(
    private readonly executor: Executor,
    private readonly ids: Ids,
    private readonly secrets: AccountSecrets,
    private readonly index: AccountIndex,
  ) {}

  /** Reads the login's claim and finishes it if need be: what this answers is so. */
  findByLogin(login: string): Promise<AccountRef | null> {
    return this.executor.run(systemContext(this.ids, 'find-account'), (tx) => this.resolve(tx, login));
  }

  /** Whose API key this is: the current one, or the one before it until its overlap ends. Reads the streams too. */
  findByApiKey(apiKey: string): Promise<AccountRef | null> {
    const id = this.secrets.claimId('apikey', apiKey);
    return this.executor.run(systemContext(this.ids, 'find-account'), (tx) => holderOf(tx, id));
  }

  /** {@link findByLogin} inside of other work. */
  resolve(tx: Transaction, login: string): AccountRef | null {
    return holderOf(tx, this.secrets.claimId('login', login));
  }

  /** From memory: an account that was registered a moment ago may not be there yet. */
  findByPublicId(publicId: number): AccountRef | null {
    return this.index.findByPublicId(publicId);
  }

  /** UUID of the partner with this public number. */
  findPartner(publicId: number): string | null {
    const found = this.findByPublicId(publicId);
    return found?.kind === 'partner' ? found.id : null;
  }

  /** Finishes or undoes what a crash left half claimed; answers how many plans it looked at. */
  async advanceOpenPlans(): Promise<number> {
    const plans = this.index.openPlans().slice(0, RECOVERY_BATCH);
    for (const { planId, firstClaim } of plans) {
      await this.executor.run(systemContext(this.ids, 'recovery', 'recovery'), (tx) => {
        const { holder } = tx.load(Claim, firstClaim);
        const plan = holder && planOf(holder);
        if (plan?.planId === planId) settlePlan(tx, plan);
      });
    }
    return plans.length;
  }
}
