import type { Transaction } from '../../../platform/execution/transaction.js';
import { type Rejection, reject } from '../../../platform/kernel/rejection.js';
import type { AccountState } from '../domain/account.js';
import { Claim, type ClaimKind, claimed, claimId, takenCode, tenure } from '../domain/claim.js';
import { holdsApiKey, Partner } from '../domain/partner.js';
import { Staff } from '../domain/staff.js';
import type { AccountRef, ClaimBody, ClaimedPlan } from '../events/claim.events.js';
import type { PartnerEvent } from '../events/partner.events.js';
import type { StaffEvent } from '../events/staff.events.js';
import type { PartnerRejectionCode } from '../rejections.js';

/** Values to claim for an account, and what its stream gets once all of them are its own. */
export interface AccountPlan extends ClaimedPlan {
  /** Id of the command: given twice, it is the same plan. */
  readonly planId: string;
  readonly account: AccountRef;
}

export const loadAccount = (tx: Transaction, { kind, id }: AccountRef): AccountState =>
  kind === 'partner' ? tx.load(Partner, id) : tx.load(Staff, id);

/**
 * Brings a plan to its end: the same function for the first call, a retry, and whoever finds it unfinished.
 *
 * The account's own stream decides. Completion appends the account's events there, an undo appends its refusal there
 * *before* any claim is released, and a stream takes only one of the two; so an executor that was paused with the
 * values in its hands cannot complete what another one has undone. A plan with several claims must be the account's
 * first. The claim that carries the plan is released last, so an unfinished undo can be found and finished.
 *
 * Answers null when the account has its events. A refusal known before anything was claimed writes nothing.
 */
export function settlePlan(tx: Transaction, plan: AccountPlan): Rejection<PartnerRejectionCode> | null {
  const outcome = outcomeOf(tx, plan);
  if (outcome === 'done') return null;
  if (outcome !== 'open') {
    release(tx, plan);
    return outcome;
  }
  const isOwn = (id: string): boolean => isHeldBy(tx, id, plan);
  const taken = plan.claims.find((id) => !isOwn(id) && isTaken(tx, id));
  if (taken !== undefined) {
    const code = takenCode(taken);
    if (plan.claims.some(isOwn)) {
      refuse(tx, plan, code);
      release(tx, plan);
    }
    return reject(code);
  }
  const firstClaim = plan.claims[0]!;
  for (const id of plan.claims) {
    // A value that the account takes up again is claimed anew: who found that it had let it go must not free it now.
    if (holds(tx, id, plan)) continue;
    const { planId, account, claims, events } = plan;
    const body: ClaimBody = {
      planId,
      account,
      firstClaim,
      plan: id === firstClaim ? { claims, events } : null,
    };
    tx.append(Claim, id, [claimed(id, body)]);
  }
  appendToAccount(tx, plan.account, plan.events);
  return null;
}

/** Refuses a value that another account holds. */
export function refuseTaken(
  tx: Transaction,
  id: string,
  account: AccountRef,
): Rejection<PartnerRejectionCode> | null {
  const holder = holderOf(tx, id);
  return holder === null || holder.id === account.id ? null : reject(takenCode(id));
}

/** Who holds a claimed value, once whatever is unfinished about it is finished. */
export function holderOf(tx: Transaction, id: string): AccountRef | null {
  return isTaken(tx, id) ? tx.load(Claim, id).holder!.account : null;
}

/** Whether the plan's account holds the value; an earlier plan of the same account is finished first. */
function isHeldBy(tx: Transaction, id: string, { planId, account }: AccountPlan): boolean {
  const { holder } = tx.load(Claim, id);
  if (holder?.account.id !== account.id) return false;
  return holder.planId === planId || isTaken(tx, id);
}

const holds = (tx: Transaction, id: string, { planId, account }: AccountPlan): boolean => {
  const { holder } = tx.load(Claim, id);
  return holder?.planId === planId && holder.account.id === account.id;
};

/** Whether the value belongs to an account, after settling the plan that holds it. */
function isTaken(tx: Transaction, id: string): boolean {
  const { holder } = tx.load(Claim, id);
  if (!holder) return false;
  if (outcomeOf(tx, holder) === 'open' && !settleHolder(tx, holder)) return true;
  if (outcomeOf(tx, holder) === 'done' && !isOutlived(tx, id, holder)) return true;
  // Outlived, or the late append of an executor that did not know of the undo: nobody else will release it.
  release(tx, { ...holder, claims: [id] });
  return false;
}

/** Whether a claim is of what its partner replaced: an e-mail address, or an API key whose overlap is over. */
function isOutlived(tx: Transaction, id: string, { account }: ClaimBody): boolean {
  if (account.kind !== 'partner') return false;
  const hashIn = (kind: ClaimKind): string | null =>
    id.startsWith(claimId(kind, '')) ? id.slice(claimId(kind, '').length) : null;
  const email = hashIn('email');
  if (email !== null) return tx.load(Partner, account.id).email?.hash !== email;
  const apiKey = hashIn('apikey');
  return apiKey !== null && !holdsApiKey(tx.load(Partner, account.id), apiKey, tx.nowMs);
}

/** Ends the plan behind a claim. False: this node's view of it is too old to tell, and this run will not count. */
function settleHolder(tx: Transaction, holder: ClaimBody): boolean {
  const { account, planId, firstClaim } = holder;
  const first = tx.load(Claim, firstClaim);
  // Released last, so the account's refusal stands, whether or not this node has seen it.
  if (first.released.has(tenure(holder))) return true;
  const plan = first.holder && planOf(first.holder);
  if (plan?.planId === planId && plan.account.id === account.id) {
    settlePlan(tx, plan);
    return true;
  }
  // The first claim was appended before this one, beyond what this node knows of that stream: an append there is
  // refused, and everything is read again.
  tx.append(Claim, firstClaim, [{ type: 'ClaimReleased', data: { planId } }]);
  return false;
}

/** The plan that a claim carries, if it is the first of its plan. */
export function planOf({ planId, account, plan }: ClaimBody): AccountPlan | null {
  return plan && { planId, account, ...plan };
}

function outcomeOf(
  tx: Transaction,
  { planId, account }: Pick<AccountPlan, 'planId' | 'account'>,
): 'done' | 'open' | Rejection<PartnerRejectionCode> {
  const state = loadAccount(tx, account);
  if (state.changes.has(planId)) return 'done';
  return state.refused?.planId === planId ? reject(state.refused.code as PartnerRejectionCode) : 'open';
}

function refuse(tx: Transaction, { planId, account }: AccountPlan, code: PartnerRejectionCode): void {
  const data = { planId, code };
  if (account.kind === 'partner')
    tx.append(Partner, account.id, [{ type: 'PartnerRegistrationRefused', data }]);
  else tx.append(Staff, account.id, [{ type: 'StaffRegistrationRefused', data }]);
}

type Held = Pick<AccountPlan, 'planId' | 'account' | 'claims'>;

/** Frees what the plan still holds. A retry of its command may hold the same values for another account. */
function release(tx: Transaction, { planId, account, claims }: Held): void {
  for (const id of claims.toReversed()) {
    const { holder } = tx.load(Claim, id);
    if (holder?.planId !== planId || holder.account.id !== account.id) continue;
    tx.append(Claim, id, [{ type: 'ClaimReleased', data: { planId } }]);
  }
}

function appendToAccount(tx: Transaction, account: AccountRef, events: ClaimedPlan['events']): void {
  if (account.kind === 'partner') tx.append(Partner, account.id, events as readonly PartnerEvent[]);
  else tx.append(Staff, account.id, events as readonly StaffEvent[]);
}
