import type { Aggregate, DomainEvent } from '../kernel/aggregate.js';
import { unreachable } from '../kernel/unreachable.js';
import type { LoginAccount } from './account-source.js';

export type RevocationReason = 'refresh_reused' | 'credentials_changed' | 'logged_out';

/** Stored format: add optional fields or upcast, never rename. The event at revision n holds the hash of refresh token n. */
export type SessionEvent =
  | DomainEvent<
      'SessionOpened',
      {
        readonly account: LoginAccount;
        readonly credentialEpoch: number;
        readonly refreshHash: string;
        readonly expiresAt: string;
      }
    >
  | DomainEvent<'RefreshRotated', { readonly refreshHash: string; readonly expiresAt: string }>
  | DomainEvent<'SessionRevoked', { readonly reason: RevocationReason }>;

export interface SessionState {
  /** Null before it is opened. */
  readonly account: LoginAccount | null;
  readonly credentialEpoch: number;
  /** Keyed hash of the one refresh token that counts, and its number. */
  readonly refreshHash: string;
  readonly generation: number;
  readonly expiresAt: string;
  readonly revoked: boolean;
}

/** One login and all that was refreshed from it. */
export const Session: Aggregate<SessionState, SessionEvent> = {
  category: 'session',
  stateVersion: 1,
  initial: {
    account: null,
    credentialEpoch: -1,
    refreshHash: '',
    generation: -1,
    expiresAt: '',
    revoked: false,
  },
  evolve(state, event, { revision }) {
    switch (event.type) {
      case 'SessionOpened':
        return { ...state, ...event.data, generation: revision };
      case 'RefreshRotated':
        return { ...state, ...event.data, generation: revision };
      case 'SessionRevoked':
        return { ...state, revoked: true };
      default:
        return unreachable(event);
    }
  },
};

/** What presenting a refresh token amounts to. `replayed`: it was good once, so one of two holders is a thief. */
export type Presented = 'current' | 'replayed' | 'invalid';

/**
 * @param generation the number that the token names; @param hash its keyed hash
 * @param hashOf the stored hash of an earlier generation of this session
 */
export function present(
  state: SessionState,
  { generation, hash, nowMs }: { generation: number; hash: string; nowMs: number },
  hashOf: (generation: number) => string | null,
): Presented {
  if (!state.account || state.revoked) return 'invalid';
  if (generation === state.generation) {
    return hash === state.refreshHash && nowMs < Date.parse(state.expiresAt) ? 'current' : 'invalid';
  }
  if (generation < 0 || generation > state.generation) return 'invalid';
  return hashOf(generation) === hash ? 'replayed' : 'invalid';
}
