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

export interface RedisProblem {
  readonly text: string;
  readonly advice: string;
  /** False: nothing is lost by it. */
  readonly isGrave: boolean;
}

/** What is wrong with a Redis as a place for jobs. */
export function redisProblems({ version, evictionPolicy, isAppendOnly }: RedisFacts): RedisProblem[] {
  const problems: RedisProblem[] = [];
  if (version !== null && isOlder(version)) {
    const advice = `use ${OLDEST.join('.')} or newer`;
    problems.push({ text: `version ${version} is too old`, advice, isGrave: true });
  }
  if (evictionPolicy !== null && evictionPolicy !== 'noeviction') {
    const text = `may throw jobs away (maxmemory-policy ${evictionPolicy})`;
    problems.push({ text, advice: 'set maxmemory-policy noeviction', isGrave: true });
  }
  if (isAppendOnly === false) {
    const text = 'forgets at a restart what is scheduled, which is then found late (no append-only file)';
    problems.push({ text, advice: 'set appendonly yes', isGrave: false });
  }
  return problems;
}

function isOlder(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
}
