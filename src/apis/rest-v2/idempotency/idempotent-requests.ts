import {
  ConflictException,
  Injectable,
  Logger,
  type OnApplicationShutdown,
  type OnModuleInit,
  ServiceUnavailableException,
} from '@nestjs/common';
import { EventStore } from '../../../platform/event-store/event-store.js';
import { IdempotencyStore, type RememberedRequest } from '../../../platform/idempotency/idempotency-store.js';
import { Clock } from '../../../platform/kernel/clock.js';
import { hasCome } from '../../../platform/kernel/deadline.js';
import { Ids } from '../../../platform/kernel/ids.js';
import { LateTime } from '../../../platform/kernel/late-time.js';
import { KeyedHash } from '../../../platform/security/keyed-hash.js';
import { sealedPlace, Vault } from '../../../platform/security/vault.js';
import { IDEMPOTENCY_KEY_MS, IDEMPOTENCY_SWEEP_MS, LONGEST_REQUEST_MS } from '../limits.js';
import { hasAttemptStored } from './attempt-search.js';

const OTHER_BODY = 'Idempotency-Key: was used for another request';
const UNDER_WAY = 'Idempotency-Key: the first request is still being worked on';
const ANSWER_LOST =
  'Idempotency-Key: the first request was carried out but its answer was lost; look for what it changed';
const NOTHING_STORED = 'The service is not available; nothing was changed';
const HASH = 'idempotency';
const SCOPE = 'idempotency';

/** What tells one request from another. */
export interface KeyedRequest {
  readonly accountId: string;
  /** Method and path. */
  readonly route: string;
  readonly key: string;
  /** Everything else that was asked: query and body. */
  readonly content: string;
}

export interface KeptAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** A request that was begun and must be ended by {@link IdempotentRequests.keep} or {@link IdempotentRequests.fail}. */
export interface Attempt {
  readonly key: string;
  readonly request: RememberedRequest;
}

/**
 * `refused`: it certainly stored nothing, so a repetition is decided anew. `doubtful`: the log has not told what became of an append.
 * `failed`: what it stored is in the log.
 */
export type AttemptFailure = 'refused' | 'doubtful' | 'failed';

/**
 * Remembers for a day what was asked under an idempotency key, and the answer.
 *
 * The key is claimed on disk before anything is done, and the answer is on disk before it is sent. Where a crash or an
 * outage lost the answer, the log tells whether the attempt stored anything, as its events name it: if it did not, a
 * repetition is carried out; if it did, it is refused, as what was answered is not known any more.
 */
@Injectable()
export class IdempotentRequests implements OnModuleInit, OnApplicationShutdown {
  private readonly log = new Logger('Idempotency');
  private readonly underWay = new Set<string>();
  /** What an earlier process began and did not end, it stored up to here. */
  private bornAt = 0n;
  private sweep: NodeJS.Timeout | null = null;
  /** What is a day old by a clock that is ahead may be repeated for a day yet. */
  private readonly late: LateTime;

  constructor(
    private readonly store: IdempotencyStore,
    private readonly events: EventStore,
    private readonly vault: Vault,
    private readonly hashes: KeyedHash,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {
    this.late = new LateTime(clock, IDEMPOTENCY_KEY_MS);
  }

  async onModuleInit(): Promise<void> {
    this.late.now();
    this.bornAt = await this.events.headPosition();
    this.sweep = setInterval(() => void this.forgetOld(), IDEMPOTENCY_SWEEP_MS);
    this.sweep.unref();
  }

  onApplicationShutdown(): void {
    if (this.sweep) clearInterval(this.sweep);
  }

  /**
   * The answer of the first request, or the attempt that this one is.
   * @throws {HttpException} 409 when the key stands for another request, for one under way, or for one whose answer is
   *   lost; 503 when the key cannot be stored.
   */
  async begin({ accountId, route, key: given, content }: KeyedRequest): Promise<Attempt | KeptAnswer> {
    const key = this.hashes.hash(HASH, `${accountId}\n${route}\n${given}`);
    if (this.underWay.has(key)) throw new ConflictException(UNDER_WAY);
    this.underWay.add(key);
    try {
      const request: RememberedRequest = {
        fingerprint: this.hashes.hash(HASH, content),
        attemptId: this.ids.uuid(),
        begunAtMs: this.clock.now(),
        after: String(await this.events.headPosition()),
        upTo: null,
        answer: null,
      };
      const found = await this.stored(this.store.claim(key, request));
      if (found !== null) {
        const answer = await this.settle(key, found, request);
        if (answer !== null) {
          this.underWay.delete(key);
          return answer;
        }
      }
      return { key, request };
    } catch (error) {
      this.underWay.delete(key);
      throw error;
    }
  }

  /** The attempt succeeded: its answer is on disk when this resolves. */
  async keep({ key, request }: Attempt, answer: KeptAnswer): Promise<void> {
    try {
      const sealed = await this.vault.sealUnder(SCOPE, sealedPlace(key, 'answer'), JSON.stringify(answer));
      await this.store.replace(key, request.attemptId, { ...request, answer: sealed });
    } catch (error) {
      // What was asked is done, and a repetition finds that in the log.
      this.log.error('an answer could not be kept for its idempotency key', (error as Error).stack);
    } finally {
      this.underWay.delete(key);
    }
  }

  /** The attempt failed. */
  async fail({ key, request }: Attempt, how: AttemptFailure): Promise<void> {
    const { attemptId } = request;
    try {
      if (how === 'refused') return await this.store.release(key, attemptId);
      // A server may yet store it, behind whatever is in the log now: it counts as under way.
      if (how === 'doubtful') return;
      const upTo = String(await this.events.headPosition());
      await this.store.replace(key, attemptId, { ...request, upTo });
    } catch (error) {
      this.log.error('an idempotency key could not be released', (error as Error).stack);
    } finally {
      this.underWay.delete(key);
    }
  }

  /** Forgets keys that are a day old. */
  async forgetOld(): Promise<void> {
    try {
      await this.store.forget(this.late.now() - IDEMPOTENCY_KEY_MS);
    } catch (error) {
      this.log.error('old idempotency keys could not be removed', (error as Error).stack);
    }
  }

  /** The answer to a key that was used before; null when this request takes its place. */
  private async settle(
    key: string,
    found: RememberedRequest,
    request: RememberedRequest,
  ): Promise<KeptAnswer | null> {
    const isOver = found.begunAtMs < this.late.now() - IDEMPOTENCY_KEY_MS;
    if (!isOver) {
      if (found.fingerprint !== request.fingerprint) throw new ConflictException(OTHER_BODY);
      if (found.answer !== null) {
        return JSON.parse(await this.vault.open(found.answer, sealedPlace(key, 'answer'))) as KeptAnswer;
      }
      const { attemptId, after, upTo } = found;
      const range = { after: BigInt(after), upTo: upTo === null ? await this.endOf(found) : BigInt(upTo) };
      if (await hasAttemptStored(this.events, attemptId, range)) throw new ConflictException(ANSWER_LOST);
    }
    if (await this.stored(this.store.replace(key, found.attemptId, request))) return null;
    throw new ConflictException(UNDER_WAY);
  }

  /**
   * Where the log ends for an attempt whose end is not on disk. It is over: those under way in this process are known. Of
   * several processes another one may be at work on it as long as a request can take.
   */
  private async endOf({ begunAtMs, after }: RememberedRequest): Promise<bigint> {
    if (this.store.isShared && !hasCome(begunAtMs + LONGEST_REQUEST_MS, this.clock.now())) {
      throw new ConflictException(UNDER_WAY);
    }
    // An earlier process's attempt can be no later; one of this process may have ended without a word of it.
    const isEarlier = !this.store.isShared && BigInt(after) < this.bornAt;
    return isEarlier ? this.bornAt : this.events.headPosition();
  }

  private async stored<T>(writing: Promise<T>): Promise<T> {
    try {
      return await writing;
    } catch (error) {
      const cause = new Error('an idempotency key could not be stored', { cause: error });
      throw new ServiceUnavailableException(NOTHING_STORED, { cause });
    }
  }
}
