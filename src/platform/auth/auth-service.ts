import { Injectable } from '@nestjs/common';
import { type CommandContext, Executor, type Transaction } from '../execution/transaction.js';
import { Clock, isoTime } from '../kernel/clock.js';
import { Ids } from '../kernel/ids.js';
import { isRejection, type Rejection, reject } from '../kernel/rejection.js';
import type { Credentials } from '../security/credential-checks.js';
import { KeyedHash } from '../security/keyed-hash.js';
import {
  blocked,
  type FailureThrottle,
  FailureThrottles,
  LOGIN_FAILURES,
} from '../throttle/failure-throttle.js';
import {
  type AccountFacts,
  AccountSource,
  type CodeRejection,
  type LoginAccount,
  type Role,
} from './account-source.js';
import { RevokedSessions } from './revoked-sessions.js';
import { present, type RevocationReason, Session, type SessionState } from './session.js';
import { type Principal, REFRESH_TOKEN_DAYS, type RefreshToken, Tokens } from './tokens.js';

const DAY_MS = 86_400_000;

export interface LoggedIn {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly user: UserView;
}

export interface LoginAttempt extends Credentials {
  /** One-time code, for accounts that need one. */
  readonly totp?: string;
}

export interface UserView {
  /** Public number. */
  readonly id: number;
  readonly login: string;
  readonly role: Role;
}

export type AuthRejectionCode =
  | 'AccessDenied'
  | 'RateLimited'
  | 'AccountInactive'
  | 'InvalidToken'
  | CodeRejection['code'];
type Refused = Rejection<AuthRejectionCode>;

/**
 * Logs accounts in, for 15 minutes at a time. A refresh token works once and answers its successor; one that is
 * presented again revokes everything that came from its login. A new password, status or role ends all tokens.
 */
@Injectable()
export class AuthService {
  private readonly refreshes: FailureThrottle;

  constructor(
    private readonly executor: Executor,
    private readonly ids: Ids,
    private readonly accounts: AccountSource,
    private readonly tokens: Tokens,
    private readonly hashes: KeyedHash,
    private readonly revoked: RevokedSessions,
    private readonly clock: Clock,
    throttles: FailureThrottles,
  ) {
    this.refreshes = throttles.named('refresh');
  }

  async login({ totp, ...credentials }: LoginAttempt): Promise<LoggedIn | Refused> {
    const account = await this.accounts.check(credentials);
    if (isRejection(account)) return account;
    const proof = await this.accounts.prove(account, totp ?? null);
    if (isRejection(proof)) return proof;
    const sessionId = this.ids.uuid();
    const secret = this.tokens.newRefreshSecret();
    const opened = await this.executor.run(this.context(account), (tx): AccountFacts | Refused => {
      const facts = this.accounts.read(tx, account);
      if (!facts) return reject('AccessDenied');
      if (!facts.active) return reject('AccountInactive');
      const refused = this.accounts.useCode(tx, account, proof);
      if (refused) return refused;
      const { credentialEpoch } = facts;
      const data = { account, credentialEpoch, refreshHash: this.hash(secret), expiresAt: expiry(tx) };
      tx.append(Session, sessionId, [{ type: 'SessionOpened', data }]);
      return facts;
    });
    if (isRejection(opened)) return opened;
    return this.loggedIn(account, opened, { sessionId, generation: 0, secret });
  }

  /** @param address where it comes from: failures are throttled per session and address */
  async refresh(refreshToken: string, address: string): Promise<LoggedIn | Refused> {
    const token = this.tokens.readRefresh(refreshToken);
    if (!token) return reject('InvalidToken');
    const source = `${token.sessionId}|${address}`;
    if (await this.refreshes.isBlocked(source)) return blocked(LOGIN_FAILURES);
    const secret = this.tokens.newRefreshSecret();
    const rotated = await this.executor.run(this.context(null), (tx) => this.rotate(tx, token, secret));
    if (isRejection(rotated)) {
      await this.refreshes.fail(source);
      return rotated;
    }
    const { account, facts, generation } = rotated;
    return this.loggedIn(account, facts, { sessionId: token.sessionId, generation, secret });
  }

  /** Ends the login that the principal's token came from, with every token of it. */
  async logout(principal: Principal): Promise<void> {
    const { sessionId } = principal;
    await this.executor.run(this.context(principal), (tx) => {
      const { account, revoked } = tx.load(Session, sessionId);
      if (account && !revoked) this.revoke(tx, sessionId, 'logged_out');
    });
    this.revoked.remember(sessionId, this.clock.now());
  }

  /** Whom a token speaks for; null when it is forged, over or void. Answers from memory. */
  verify(accessToken: string): Principal | null {
    const principal = this.tokens.readAccess(accessToken);
    if (!principal || this.revoked.has(principal.sessionId)) return null;
    const account = this.accounts.recall(principal.id);
    if (account && (!account.active || account.credentialEpoch > principal.credentialEpoch)) return null;
    return principal;
  }

  /** The account as it stands now; null when it is gone or inactive. */
  me(principal: Principal): Promise<UserView | null> {
    return this.executor.run(this.context(principal), (tx) => {
      const facts = this.accounts.read(tx, { kind: principal.kind, id: principal.id });
      return facts?.active ? viewOf(facts) : null;
    });
  }

  private rotate(
    tx: Transaction,
    token: RefreshToken,
    secret: string,
  ): { account: LoginAccount; facts: AccountFacts; generation: number } | Refused {
    const { sessionId, generation } = token;
    const state = tx.load(Session, sessionId);
    const hash = this.hash(token.secret);
    const presented = present(state, { generation, hash, nowMs: tx.nowMs }, (earlier) =>
      hashAt(tx, sessionId, earlier),
    );
    if (presented === 'replayed') this.revoke(tx, sessionId, 'refresh_reused');
    if (presented !== 'current') return reject('InvalidToken');
    const account = (state as SessionState & { account: LoginAccount }).account;
    const facts = this.accounts.read(tx, account);
    if (!facts?.active || facts.credentialEpoch !== state.credentialEpoch) {
      this.revoke(tx, sessionId, 'credentials_changed');
      return reject('InvalidToken');
    }
    const data = { refreshHash: this.hash(secret), expiresAt: expiry(tx) };
    const next = tx.append(Session, sessionId, [{ type: 'RefreshRotated', data }]);
    return { account, facts, generation: next.generation };
  }

  private revoke(tx: Transaction, sessionId: string, reason: RevocationReason): void {
    tx.append(Session, sessionId, [{ type: 'SessionRevoked', data: { reason } }]);
  }

  private loggedIn(account: LoginAccount, facts: AccountFacts, refresh: RefreshToken): LoggedIn {
    const { publicId, login, role, credentialEpoch } = facts;
    const { sessionId } = refresh;
    return {
      accessToken: this.tokens.signAccess({ ...account, publicId, login, role, sessionId, credentialEpoch }),
      refreshToken: this.tokens.writeRefresh(refresh),
      user: viewOf(facts),
    };
  }

  private hash(secret: string): string {
    return this.hashes.hash('refresh-token', secret);
  }

  private context(account: LoginAccount | null): CommandContext {
    const commandId = this.ids.uuid();
    const actor = account
      ? { kind: account.kind, id: account.id }
      : ({ kind: 'system', id: 'auth' } as const);
    return { commandId, correlationId: commandId, actor, surface: 'auth' };
  }
}

const viewOf = ({ publicId, login, role }: AccountFacts): UserView => ({ id: publicId, login, role });

const expiry = (tx: Transaction): string => isoTime(tx.nowMs + REFRESH_TOKEN_DAYS * DAY_MS);

/** The hash of an earlier refresh token: the session's stream keeps each at the revision of its number. */
function hashAt(tx: Transaction, sessionId: string, generation: number): string | null {
  const [event] = tx.history(Session, sessionId, generation, generation + 1);
  return event && event.type !== 'SessionRevoked' ? event.data.refreshHash : null;
}
