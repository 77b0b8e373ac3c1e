import type { Settings } from '../platform/config/settings.js';
import type { Clock } from '../platform/kernel/clock.js';
import type { Logger } from '../platform/logging/logger.js';
import type { KeyedHash } from '../platform/security/keyed-hash.js';
import { MemoryThrottles } from '../platform/throttle/embedded/memory-throttles.js';
import type { FailureThrottles } from '../platform/throttle/failure-throttle.js';

export interface ThrottleParts {
  readonly settings: Pick<Settings, 'redisUrl' | 'streamNamespace'>;
  readonly hashes: KeyedHash;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Failures are counted by all processes together where they share a Redis, else by each on its own. */
export async function openThrottles(parts: ThrottleParts): Promise<FailureThrottles> {
  const { settings, hashes, clock, logger } = parts;
  const local = new MemoryThrottles(clock);
  const { redisUrl, streamNamespace: prefix } = settings;
  if (redisUrl === null) return local;
  const [{ RedisConnection }, { redisProblems }, { RedisThrottles }] = await Promise.all([
    import('../platform/redis/redis-connection.js'),
    import('../platform/redis/redis-facts.js'),
    import('../platform/throttle/redis/redis-throttles.js'),
  ]);
  const connection = new RedisConnection({
    url: redisUrl,
    use: 'throttles',
    onAway: (reason) =>
      logger.warn(
        { variable: 'REDIS_URL', reason },
        'Redis cannot be used: this process limits on its own until it is back',
      ),
    onReady: (facts) => {
      logger.info({ version: facts?.version }, 'Redis is there');
      for (const { text, advice } of facts ? redisProblems(facts) : []) {
        logger.warn({ variable: 'REDIS_URL' }, `the Redis at REDIS_URL ${text}: ${advice}`);
      }
    },
  });
  return new RedisThrottles({ connection, prefix, hashes, local });
}
