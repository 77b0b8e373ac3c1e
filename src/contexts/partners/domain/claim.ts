import type { Aggregate } from '../../../platform/kernel/aggregate.js';
import { unreachable } from '../../../platform/kernel/unreachable.js';
import type { ClaimBody, ClaimEvent } from '../events/claim.events.js';
import type { PartnerRejectionCode } from '../rejections.js';

/** What an account may claim, in the order in which claims are taken: circles of waiting cannot come about. */
const CLAIM_KINDS = ['login', 'email', 'phone', 'apikey'] as const;
export type ClaimKind = (typeof CLAIM_KINDS)[number];

export interface ClaimState {
  /** Who holds the value; null: nobody yet, or nobody any more. */
  readonly holder: ClaimBody | null;
  /** {@link tenure}s that ended: of refused registrations, and of API keys that were replaced. */
  readonly released: ReadonlySet<string>;
}

/** One account's hold on a value under one plan. The account may take the value again under another one. */
export const tenure = ({ account, planId }: Pick<ClaimBody, 'account' | 'planId'>): string =>
  `${account.id}/${planId}`;

/** One claimed value, known by its keyed hash. */
export const Claim: Aggregate<ClaimState, ClaimEvent> = {
  category: 'claim',
  stateVersion: 2,
  weight: 4,
  initial: { holder: null, released: new Set() },
  evolve(state, event) {
    switch (event.type) {
      case 'LoginClaimed':
      case 'EmailClaimed':
      case 'PhoneClaimed':
      case 'ApiKeyClaimed':
        return { ...state, holder: event.data };
      case 'ClaimReleased':
        return {
          holder: null,
          released: state.holder ? new Set(state.released).add(tenure(state.holder)) : state.released,
        };
      default:
        return unreachable(event);
    }
  },
};

export const claimId = (kind: ClaimKind, hash: string): string => `${kind}-${hash}`;

const KIND_FACTS = {
  login: { claimed: 'LoginClaimed', taken: 'LoginTaken' },
  email: { claimed: 'EmailClaimed', taken: 'EmailTaken' },
  phone: { claimed: 'PhoneClaimed', taken: 'PhoneTaken' },
  apikey: { claimed: 'ApiKeyClaimed', taken: 'ApiKeyTaken' },
} as const satisfies Record<
  ClaimKind,
  { claimed: Exclude<ClaimEvent['type'], 'ClaimReleased'>; taken: PartnerRejectionCode }
>;

const kindOf = (id: string): ClaimKind => {
  const kind = CLAIM_KINDS.find((candidate) => id.startsWith(`${candidate}-`));
  if (!kind) throw new Error(`not the id of an account's claim: ${id}`);
  return kind;
};

/** The event by which a value is claimed. */
export const claimed = (id: string, body: ClaimBody): ClaimEvent => ({
  type: KIND_FACTS[kindOf(id)].claimed,
  data: body,
});

/** How it is refused when the value is somebody else's. */
export const takenCode = (id: string): PartnerRejectionCode => KIND_FACTS[kindOf(id)].taken;

/** Logins are one whatever their case and Unicode form. */
export const normalLogin = (login: string): string => login.normalize('NFKC').toLowerCase();

export const normalEmail = (email: string): string => email.trim().normalize('NFKC').toLowerCase();

/** Digits alone, so that spaces, hyphens and a leading plus do not make another number. */
export const normalPhone = (phone: string): string => phone.replace(/\D/g, '');
