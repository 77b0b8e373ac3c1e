import { Injectable } from '@nestjs/common';
import type { IndexedEvent, IndexKeep, LocalIndex } from '../../../platform/indexes/local-index.js';
import type { AccountRef, ClaimBody } from '../events/claim.events.js';
import type { PartnerStatus } from '../events/partner.events.js';

/** What is looked up about an account on every request. */
export interface AccountEntry {
  readonly kind: AccountRef['kind'];
  readonly publicId: number;
  readonly status: PartnerStatus;
  /** Revision of the last change of password, status or role. */
  readonly credentialEpoch: number;
}

/** A claim whose plan has not come to its end, as far as this node has read the log. */
export interface OpenPlan {
  readonly planId: string;
  /** Id of the claim stream that carries the plan. */
  readonly firstClaim: string;
}

const accountKey = (id: string): string => `account/${id}`;
const planKey = (accountId: string, planId: string): string => `plan/${accountId}/${planId}`;

/**
 * Accounts by public number and by UUID, unfinished claims, and word of every change of a password or a status. In
 * memory, at most a moment behind the log: a hint, the streams decide.
 */
@Injectable()
export class AccountIndex implements LocalIndex {
  readonly name = 'accounts';
  readonly version = 2;
  readonly categories = ['partner', 'staff', 'claim'];
  private readonly accounts = new Map<string, AccountEntry>();
  private readonly byPublicId = new Map<number, AccountRef>();
  private readonly plans = new Map<string, OpenPlan>();
  private readonly listeners: ((accountId: string) => void)[] = [];

  /** Calls `listener` with the UUID of each account whose password or status changed, on whatever node. */
  onCredentialsChanged(listener: (accountId: string) => void): void {
    this.listeners.push(listener);
  }

  find(accountId: string): AccountEntry | null {
    return this.accounts.get(accountId) ?? null;
  }

  findByPublicId(publicId: number): AccountRef | null {
    return this.byPublicId.get(publicId) ?? null;
  }

  /** UUIDs of all members of the staff. */
  staffIds(): string[] {
    return [...this.accounts].flatMap(([id, { kind }]) => (kind === 'staff' ? [id] : []));
  }

  openPlans(): OpenPlan[] {
    return [...this.plans.values()];
  }

  restore(entries: Iterable<[string, unknown]>): void {
    for (const [key, value] of entries) {
      if (key.startsWith('plan/')) this.plans.set(key, value as OpenPlan);
      else this.remember(key.slice(accountKey('').length), value as AccountEntry);
    }
  }

  apply(event: IndexedEvent, keep: IndexKeep): void {
    const { type, id, data, revision } = event;
    switch (type) {
      case 'PartnerRegistered':
      case 'StaffRegistered': {
        const kind = type === 'PartnerRegistered' ? 'partner' : 'staff';
        const status = data.status ?? 'active';
        this.put({ kind, publicId: data.publicId, status, credentialEpoch: revision }, id, keep);
        this.closePlan(planKey(id, data.planId), keep);
        break;
      }
      case 'PartnerApiKeySet':
      case 'PartnerEmailChanged':
        this.closePlan(planKey(id, data.changeId), keep);
        break;
      case 'PartnerPasswordSet':
      case 'StaffPasswordSet':
        this.credentialsChanged(id, { credentialEpoch: revision }, keep);
        break;
      case 'StaffRoleChanged':
        this.credentialsChanged(id, { credentialEpoch: revision }, keep);
        break;
      case 'PartnerStatusChanged':
      case 'StaffStatusChanged':
        this.credentialsChanged(id, { credentialEpoch: revision, status: data.status }, keep);
        break;
      case 'LoginClaimed':
      case 'ApiKeyClaimed':
      case 'EmailClaimed':
      case 'PhoneClaimed':
        this.openPlan(data, keep);
        break;
      case 'ClaimReleased':
        this.released(id, data.planId, keep);
        break;
    }
  }

  private credentialsChanged(id: string, change: Partial<AccountEntry>, keep: IndexKeep): void {
    const entry = this.accounts.get(id);
    if (entry) this.put({ ...entry, ...change }, id, keep);
    for (const listener of this.listeners) listener(id);
  }

  private openPlan({ planId, account, firstClaim, plan }: ClaimBody, keep: IndexKeep): void {
    if (!plan) return;
    const key = planKey(account.id, planId);
    this.plans.set(key, { planId, firstClaim });
    keep.put(key, { planId, firstClaim });
  }

  /** An undo is over when the claim that carries the plan is free. */
  private released(claimId: string, planId: string, keep: IndexKeep): void {
    for (const [key, plan] of this.plans) {
      if (plan.firstClaim === claimId && plan.planId === planId) this.closePlan(key, keep);
    }
  }

  private closePlan(key: string, keep: IndexKeep): void {
    if (this.plans.delete(key)) keep.delete(key);
  }

  private put(entry: AccountEntry, id: string, keep: IndexKeep): void {
    this.remember(id, entry);
    keep.put(accountKey(id), entry);
  }

  private remember(id: string, entry: AccountEntry): void {
    this.accounts.set(id, entry);
    this.byPublicId.set(entry.publicId, { kind: entry.kind, id });
  }
}
