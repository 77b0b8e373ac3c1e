import type { MaybePromise } from '../event-store/event-store.js';
import type { Clock } from '../kernel/clock.js';
import { isRejection, type Rejection, reject } from '../kernel/rejection.js';
import {
  blocked,
  type FailureThrottle,
  type FailureThrottles,
  LOGIN_FAILURES,
} from '../throttle/failure-throttle.js';
import { CredentialCache } from './credential-cache.js';
import { CHECKS_WAITING_PER_LOGIN, CHECKS_WAITING_PER_NETWORK, MAX_LOGIN_CODE_POINTS } from './limits.js';
import { networkOf } from './network-of.js';
import { isAcceptablePassword } from './password-hasher.js';

/** Login, password and the network address that they came from. */
export interface Credentials {
  readonly login: string;
  readonly password: string;
  readonly address: string;
}

/** Whom a pair belongs to, and until when if the password was replaced. */
export interface CheckedCredentials<Ref> {
  readonly ref: Ref;
  readonly accountId: string;
  readonly validUntilMs?: number;
}

export type CredentialRejection = Rejection<'AccessDenied' | 'RateLimited'>;

/** The expensive check against what is stored: bcrypt and the loads before it. */
export type VerifyCredentials<Ref> = (
  login: string,
  password: string,
) => Promise<CheckedCredentials<Ref> | CredentialRejection>;

/** The one spelling of all those that name the same account. */
export type NormalLogin = (login: string) => string;

/** Most logins have as many code points as units of UTF-16: those alone that have more are counted. */
const isTooLong = (login: string): boolean =>
  login.length > 2 * MAX_LOGIN_CODE_POINTS ||
  (login.length > MAX_LOGIN_CODE_POINTS && [...login].length > MAX_LOGIN_CODE_POINTS);

/**
 * Decides who somebody is. A remembered pair is answered at once and before any throttle, so guessing cannot lock a
 * fleet out; else one check at a time runs per login, shared by all who send the same pair, and failures are throttled
 * per (login, address), however the login is spelled, and whichever address of its network an IPv6 client takes. No network
 * takes up all checks with logins that it makes up.
 */
export class CredentialChecks<Ref> {
  private readonly cache: CredentialCache<Ref>;
  private readonly throttle: FailureThrottle;
  private readonly checking = new Map<string, Promise<Ref | CredentialRejection>>();
  private readonly queues = new Map<string, { waiting: number; tail: Promise<unknown> }>();
  /** Checks that each network has begun. */
  private readonly begun = new Map<string, number>();

  constructor(
    clock: Clock,
    throttles: FailureThrottles,
    private readonly normalLogin: NormalLogin,
    private readonly verify: VerifyCredentials<Ref>,
  ) {
    this.cache = new CredentialCache(clock);
    this.throttle = throttles.named('login');
  }

  check({ login: given, password, address }: Credentials): MaybePromise<Ref | CredentialRejection> {
    if (isTooLong(given) || !isAcceptablePassword(password)) return reject('AccessDenied');
    const pairKey = this.cache.pairKey(given, password);
    const known = this.cache.recall(pairKey);
    if (known !== null) return known;
    const login = this.normalLogin(given);
    const network = networkOf(address);
    const source = `${login}|${network}`;
    const isBlocked = this.throttle.isBlocked(source);
    if (isBlocked === true) return blocked(LOGIN_FAILURES);
    return this.checkUnknown(isBlocked, pairKey, source, { login, password, network });
  }

  /** Forgets an account's remembered credentials. */
  drop(accountId: string): void {
    this.cache.drop(accountId);
  }

  private async checkUnknown(
    isBlocked: MaybePromise<boolean>,
    pairKey: string,
    source: string,
    { login, password, network }: Pick<Credentials, 'login' | 'password'> & { readonly network: string },
  ): Promise<Ref | CredentialRejection> {
    if (isBlocked && (await isBlocked)) return blocked(LOGIN_FAILURES);
    const shared = this.checking.get(pairKey);
    const outcome = await (shared ?? this.beginFor(network, () => this.begin(pairKey, login, password)));
    if (!isRejection(outcome)) await this.throttle.succeed(source);
    else if (outcome.code === 'AccessDenied') await this.throttle.fail(source);
    return outcome;
  }

  private async beginFor(
    network: string,
    begin: () => Promise<Ref | CredentialRejection>,
  ): Promise<Ref | CredentialRejection> {
    const begun = this.begun.get(network) ?? 0;
    if (begun >= CHECKS_WAITING_PER_NETWORK) return reject('RateLimited');
    this.begun.set(network, begun + 1);
    try {
      return await begin();
    } finally {
      const left = this.begun.get(network)! - 1;
      if (left > 0) this.begun.set(network, left);
      else this.begun.delete(network);
    }
  }

  private begin(pairKey: string, login: string, password: string): Promise<Ref | CredentialRejection> {
    const queue = this.queues.get(login) ?? { waiting: 0, tail: Promise.resolve() };
    if (queue.waiting >= CHECKS_WAITING_PER_LOGIN) return Promise.resolve(reject('RateLimited'));
    queue.waiting += 1;
    this.queues.set(login, queue);
    const answer = queue.tail
      .then(() => this.verifyOnce(pairKey, login, password))
      .finally(() => {
        queue.waiting -= 1;
        if (queue.waiting === 0) this.queues.delete(login);
        this.checking.delete(pairKey);
      });
    queue.tail = answer.catch(() => undefined);
    this.checking.set(pairKey, answer);
    return answer;
  }

  private async verifyOnce(
    pairKey: string,
    login: string,
    password: string,
  ): Promise<Ref | CredentialRejection> {
    const generation = this.cache.generation;
    const outcome = await this.verify(login, password);
    if (isRejection(outcome)) return outcome;
    this.cache.remember(pairKey, outcome.ref, outcome.accountId, generation, outcome.validUntilMs);
    return outcome.ref;
  }
}
