import { Redis } from 'ioredis';
import { type RedisFacts, readRedisFacts } from './redis-facts.js';
import { redisReason } from './redis-reason.js';

/** A request never waits longer for Redis than this. */
const ANSWER_WITHIN_MS = 250;
/** After a failure nobody asks for so long: a server that hangs slows one request a second, not each. */
const LEFT_ALONE_MS = 1_000;
/** A connection by which no answer came for so long is given up, and made anew. */
const SILENCE_MS = 5_000;
const CONNECT_MS = 2_000;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2_000;

export interface RedisConnectionOptions {
  readonly url: string;
  /** What it is for, as Redis lists its clients. */
  readonly use: string;
  /** Told once for each outage, with a reason that names neither URL nor password. */
  readonly onAway?: (reason: string) => void;
  /** Told whenever there is a connection that answers. */
  readonly onReady?: (facts: RedisFacts | null) => void;
}

/** `answered` false: Redis is away, hangs or refused, and nobody knows whether the question had an effect. */
export type Answer<T> = { readonly answered: true; readonly value: T } | { readonly answered: false };

const NOTHING = { answered: false } as const;

/**
 * A connection to Redis for one use, by which something is shared that must not be needed: questions are answered
 * within {@link ANSWER_WITHIN_MS} or not at all, none is queued while Redis is away or sent twice. It comes back by itself,
 * with growing pauses of random length.
 */
export class RedisConnection {
  private readonly redis: Redis;
  private leftAloneUntil = 0;
  private heardAt = 0;
  private isAway = false;
  private isClosed = false;

  /** Connects in the background: Redis may be away from the start on. */
  constructor(private readonly options: RedisConnectionOptions) {
    this.redis = new Redis(options.url, {
      connectionName: `keyforge-${options.use}`,
      connectTimeout: CONNECT_MS,
      commandTimeout: ANSWER_WITHIN_MS,
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
      retryStrategy: (times) => pause(times),
    });
    this.redis.on('error', (error: Error) => this.noteAway(redisReason(error)));
    this.redis.on('close', () => this.noteAway('the connection was closed'));
    this.redis.on('ready', () => void this.welcome());
  }

  async ask<T>(question: (redis: Redis) => Promise<T>): Promise<Answer<T>> {
    if (this.redis.status !== 'ready' || performance.now() < this.leftAloneUntil) return NOTHING;
    try {
      const value = await question(this.redis);
      this.heardAt = performance.now();
      return { answered: true, value };
    } catch (error) {
      if (performance.now() - this.heardAt > SILENCE_MS) this.redis.disconnect(true);
      this.leftAloneUntil = performance.now() + LEFT_ALONE_MS;
      this.noteAway(redisReason(error));
      return NOTHING;
    }
  }

  close(): void {
    this.isClosed = true;
    this.redis.disconnect();
  }

  private async welcome(): Promise<void> {
    this.leftAloneUntil = 0;
    this.heardAt = performance.now();
    const facts = await this.ask(readRedisFacts);
    if (this.isClosed || this.redis.status !== 'ready') return;
    this.isAway = false;
    this.options.onReady?.(facts.answered ? facts.value : null);
  }

  private noteAway(reason: string): void {
    if (this.isAway || this.isClosed) return;
    this.isAway = true;
    this.options.onAway?.(reason);
  }
}

function pause(times: number): number {
  const longest = Math.min(FIRST_PAUSE_MS * 2 ** Math.min(times, 10), LONGEST_PAUSE_MS);
  return longest * (0.5 + Math.random() / 2);
}
