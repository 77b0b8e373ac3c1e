import type { Redis } from 'ioredis';

const OLDEST = [6, 2] as const;

/** What a Redis says of itself; null where it does not. */
export interface RedisFacts {
  readonly version: string | null;
  readonly evictionPolicy: string | null;
  readonly isAppendOnly: boolean | null;
  /** Whether it copies another one and takes no writes. */
  readonly isReadOnly?: boolean;
  /** Whether all the memory is used that it may have, so that it takes no writes. */
  readonly isFull?: boolean;
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
    isReadOnly: read('role') === 'slave' && read('slave_read_only') !== '0',
    isFull: Number(read('maxmemory') ?? 0) > 0 && Number(read('used_memory')) >= Number(read('maxmemory')),
  };
}

export interface RedisProblem {
  readonly text: string;
  readonly advice: string;
  /** False: nothing is lost by it. */
  readonly isGrave: boolean;
}

/** What is wrong with a Redis as a place for jobs. */
export function redisProblems(facts: RedisFacts): RedisProblem[] {
  const { version, evictionPolicy, isAppendOnly } = facts;
  const problems: RedisProblem[] = [];
  if (version !== null && isOlder(version)) {
    const advice = `use ${OLDEST.join('.')} or newer`;
    problems.push({ text: `version ${version} is too old`, advice, isGrave: true });
  }
  if (evictionPolicy !== null && evictionPolicy !== 'noeviction') {
    const text = `may throw jobs away (maxmemory-policy ${evictionPolicy})`;
    problems.push({ text, advice: 'set maxmemory-policy noeviction', isGrave: true });
  }
  if (facts.isReadOnly) {
    const advice = 'name the one that it copies in REDIS_URL';
    problems.push({ text: 'is a replica, which takes no writes', advice, isGrave: true });
  }
  if (facts.isFull) {
    const advice = 'raise maxmemory, or clear what others keep there';
    problems.push({ text: 'has used all of its maxmemory and takes no writes', advice, isGrave: true });
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
