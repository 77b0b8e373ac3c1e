import type { RedisConnection } from '../../redis/redis-connection.js';
import type { KeyedHash } from '../../security/keyed-hash.js';
import {
  FailureThrottle,
  FailureThrottles,
  LOGIN_FAILURES,
  type ThrottleLimit,
} from '../failure-throttle.js';

export interface RedisThrottlesOptions {
  readonly connection: RedisConnection;
  /** Begins every key: several installations may share a Redis. */
  readonly prefix: string;
  readonly hashes: Pick<KeyedHash, 'hash'>;
  /** What counts here as well, and alone while Redis is away. */
  readonly local: FailureThrottles;
}

/**
 * Throttles that all processes with the same Redis share. Keys are keyed hashes: neither logins nor addresses are kept
 * there. While Redis is away, or slow, each process goes by what it saw itself.
 */
export class RedisThrottles extends FailureThrottles {
  constructor(private readonly options: RedisThrottlesOptions) {
    super();
  }

  named(name: string, limit: ThrottleLimit = LOGIN_FAILURES): FailureThrottle {
    return new RedisThrottle(this.options, name, limit, this.options.local.named(name, limit));
  }

  async close(): Promise<void> {
    await this.options.local.close();
    this.options.connection.close();
  }
}

class RedisThrottle extends FailureThrottle {
  constructor(
    private readonly options: RedisThrottlesOptions,
    private readonly name: string,
    private readonly limit: ThrottleLimit,
    private readonly local: FailureThrottle,
  ) {
    super();
  }

  async isBlocked(key: string): Promise<boolean> {
    const count = await this.options.connection.ask((redis) => redis.get(this.keyOf(key)));
    return count.answered ? Number(count.value) >= this.limit.failures : this.local.isBlocked(key);
  }

  async fail(key: string): Promise<number> {
    const countHere = await this.local.fail(key);
    const place = this.keyOf(key);
    // In one step, so that no count is ever left without its end.
    const counted = await this.options.connection.ask((redis) =>
      redis.multi().set(place, 0, 'PX', this.limit.windowMs, 'NX').incr(place).exec(),
    );
    const count = counted.answered ? counted.value?.[1]?.[1] : undefined;
    return typeof count === 'number' ? count : countHere;
  }

  async succeed(key: string): Promise<void> {
    await this.local.succeed(key);
    await this.options.connection.ask((redis) => redis.del(this.keyOf(key)));
  }

  private keyOf(key: string): string {
    const { prefix, hashes } = this.options;
    return `${prefix}:throttle:${this.name}:${hashes.hash('throttle', `${this.name}|${key}`)}`;
  }
}
