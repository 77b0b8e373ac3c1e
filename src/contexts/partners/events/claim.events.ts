// Stored format: add optional fields or upcast, never rename.
import type { DomainEvent } from '../../../platform/kernel/aggregate.js';
import type { PartnerEvent } from './partner.events.js';
import type { StaffEvent } from './staff.events.js';

/** A partner or a member of the staff. `id` is the UUID of the stream. */
export interface AccountRef {
  readonly kind: 'partner' | 'staff';
  readonly id: string;
}

/** Everything that a claim is for, so that anyone can finish it. Secrets in it are sealed already. */
export interface ClaimedPlan {
  /** All streams to claim, in their fixed order (login, e-mail, phone, API key). The first one carries this plan. */
  readonly claims: readonly string[];
  /** What the account's stream gets once all of them are claimed. */
  readonly events: readonly (PartnerEvent | StaffEvent)[];
}

export interface ClaimBody {
  readonly planId: string;
  readonly account: AccountRef;
  /** Id of the claim stream that carries the plan. */
  readonly firstClaim: string;
  readonly plan: ClaimedPlan | null;
}

export type ClaimEvent =
  | DomainEvent<'LoginClaimed', ClaimBody>
  | DomainEvent<'EmailClaimed', ClaimBody>
  | DomainEvent<'PhoneClaimed', ClaimBody>
  | DomainEvent<'ApiKeyClaimed', ClaimBody>
  /** The plan was refused; the value is free again. */
  | DomainEvent<'ClaimReleased', { readonly planId: string }>;
