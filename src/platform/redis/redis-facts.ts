import type { Redis } from 'ioredis';

const OLDEST = [6, 2] as const;

/** What a Redis says of itself; null where it does not. */
export interface RedisFacts {
  readonly version: string | null;
  readonly evictionPolicy: string | null;
  readonly isAppendOnly: boolean | null;
}

/** By `INFO` alone, which servers that forbid `CONFIG` answer as well. */
export async function readRedisFacts(redis: Pick<Redis, 'info'>): Promise<RedisFacts> {
  const text = await redis.info();
  const read = (name: string): string | null => new RegExp(`^${name}:(.*?)\r?$`, 'm').exec(text)?.[1] ?? null;
  const appendOnly = read('aof_enabled');
  return {
    version: read('redis_version'),
    evictionPolicy: read('maxmemory_policy'),
    isAppendOnly: appendOnly === null ? null : appendOnly === '1',
  };
}

/** What is wrong with a Redis as a place for jobs, and what to do; each names the setting. */
export function redisProblems({ version, evictionPolicy, isAppendOnly }: RedisFacts): string[] {
  const problems: string[] = [];
  if (version !== null && isOlder(version)) {
    problems.push(`Redis ${version} is too old: REDIS_URL needs ${OLDEST.join('.')} or newer`);
  }
  if (evictionPolicy !== null && evictionPolicy !== 'noeviction') {
    problems.push(
      `the Redis at REDIS_URL may throw jobs away (maxmemory-policy ${evictionPolicy}): set maxmemory-policy noeviction`,
    );
  }
  if (isAppendOnly === false) {
    problems.push(
      'the Redis at REDIS_URL forgets jobs when it restarts (no append-only file), ' +
        'so they are found late: set appendonly yes',
    );
  }
  return problems;
}

function isOlder(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
}
