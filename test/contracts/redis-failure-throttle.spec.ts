import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { SystemClock } from '../../src/platform/kernel/clock.js';
import { RedisConnection } from '../../src/platform/redis/redis-connection.js';
import { type RedisFacts, redisProblems } from '../../src/platform/redis/redis-facts.js';
import { KeyedHash } from '../../src/platform/security/keyed-hash.js';
import { MemoryThrottles } from '../../src/platform/throttle/embedded/memory-throttles.js';
import type { FailureThrottle } from '../../src/platform/throttle/failure-throttle.js';
import { RedisThrottles } from '../../src/platform/throttle/redis/redis-throttles.js';
import { MemoryKeyStore } from '../support/memory-key-store.js';
import { hasRedisServer, RedisServerProcess } from '../support/redis/server-process.js';
import { failureThrottleContract } from './failure-throttle.contract.js';

/** What a request may wait for a Redis that hangs, with room for a busy machine. */
const BOUND_MS = 1_000;
const BACK_MS = 10_000;
const LIMIT = { failures: 3, windowMs: 60_000 };

const given = process.env.REDIS_URL;
const described = given || hasRedisServer() ? describe : describe.skip;
const serverDescribed = hasRedisServer() ? describe : describe.skip;

/** One process's throttles, and what it was told of Redis. */
class Node {
  readonly told: string[] = [];
  facts: RedisFacts | null = null;
  readonly throttles: RedisThrottles;

  constructor(url: string, prefix: string, hashes: KeyedHash) {
    const connection = new RedisConnection({
      url,
      use: 'test',
      onAway: () => this.told.push('away'),
      onReady: (facts) => {
        this.facts = facts;
        this.told.push('ready');
      },
    });
    this.throttles = new RedisThrottles({
      connection,
      prefix,
      hashes,
      local: new MemoryThrottles(new SystemClock()),
    });
  }

  get last(): string | undefined {
    return this.told.at(-1);
  }

  async is(state: 'away' | 'ready'): Promise<this> {
    const deadline = performance.now() + BACK_MS;
    while (this.last !== state) {
      if (performance.now() > deadline) throw new Error(`Redis is not ${state}: ${this.told}`);
      await sleep(10);
    }
    return this;
  }
}

let hashes: KeyedHash;
let server: RedisServerProcess | null = null;
const nodes: Node[] = [];
const nodeAt = (url: string, prefix: string): Node => {
  const node = new Node(url, prefix, hashes);
  nodes.push(node);
  return node;
};

beforeAll(async () => {
  hashes = await KeyedHash.open(new MemoryKeyStore());
  if (hasRedisServer()) server = await RedisServerProcess.make();
});
afterEach(async () => {
  server?.resume();
  for (const node of nodes.splice(0)) await node.throttles.close();
});
afterAll(() => server?.dispose());

const failOften = async (throttle: FailureThrottle, key: string): Promise<void> => {
  for (let count = 0; count < LIMIT.failures; count += 1) await throttle.fail(key);
};

described('on Redis', () => {
  let prefix = '';
  failureThrottleContract('Redis', {
    open: async () => (await nodeAt(given ?? server!.url, prefix).is('ready')).throttles,
    async wipe() {
      prefix = `kf-test-${randomUUID()}`;
    },
    pass: (ms) => sleep(ms),
  });
});

serverDescribed('throttles of several processes', () => {
  let prefix = '';
  beforeEach(() => {
    prefix = `kf-test-${randomUUID()}`;
  });
  const two = async (): Promise<[Node, Node]> => {
    const made = [nodeAt(server!.url, prefix), nodeAt(server!.url, prefix)] as const;
    return [await made[0].is('ready'), await made[1].is('ready')];
  };
  /** The slowest answer of a throttle while `work` goes on. */
  const slowest = async (throttle: FailureThrottle, times: number): Promise<number> => {
    let longestMs = 0;
    for (let index = 0; index < times; index += 1) {
      const from = performance.now();
      await throttle.isBlocked('somebody');
      await throttle.fail('somebody');
      longestMs = Math.max(longestMs, performance.now() - from);
    }
    return longestMs;
  };

  it('count together, under names that tell nothing', async () => {
    const [one, other] = await two();
    await one.throttles.named('login', LIMIT).fail('paynet|10.0.0.1');
    await failOften(other.throttles.named('login', LIMIT), 'paynet|10.0.0.1');
    expect(await one.throttles.named('login', LIMIT).isBlocked('paynet|10.0.0.1')).toBe(true);
    const kept = await server!.dump();
    expect(kept).toContain(prefix);
    expect(kept).not.toMatch(/paynet|10\.0\.0\.1/);
  });

  it('go by what each saw while Redis is dead, refuse nobody else, and come back by themselves', async () => {
    const [one, other] = await two();
    const throttle = one.throttles.named('login', LIMIT);
    await failOften(throttle, 'a');
    await server!.kill();
    await one.is('away');
    expect(await throttle.isBlocked('a')).toBe(true);
    expect(await other.throttles.named('login', LIMIT).isBlocked('a')).toBe(false);
    expect(await throttle.isBlocked('b')).toBe(false);
    await failOften(throttle, 'b');
    expect(await throttle.isBlocked('b')).toBe(true);
    await server!.start();
    await one.is('ready');
    await other.is('ready');
    await failOften(throttle, 'c');
    expect(await other.throttles.named('login', LIMIT).isBlocked('c')).toBe(true);
    expect(one.told).toEqual(['ready', 'away', 'ready']);
  }, 30_000);

  it('are remembered by Redis over its restart', async () => {
    const [one, other] = await two();
    await failOften(one.throttles.named('login', LIMIT), 'a');
    await server!.kill();
    await server!.start();
    await other.is('ready');
    expect(await other.throttles.named('login', LIMIT).isBlocked('a')).toBe(true);
  }, 30_000);

  it('begin anew when Redis was flushed', async () => {
    const [one, other] = await two();
    const throttle = one.throttles.named('login', LIMIT);
    await failOften(throttle, 'a');
    await server!.flush();
    expect(await throttle.isBlocked('a')).toBe(false);
    await failOften(throttle, 'a');
    expect(await other.throttles.named('login', LIMIT).isBlocked('a')).toBe(true);
  });

  it('hold nobody up while Redis hangs, and not even once for each request', async () => {
    const [one] = await two();
    const throttle = one.throttles.named('login', { ...LIMIT, failures: 1_000 });
    await throttle.fail('somebody');
    server!.pause();
    const from = performance.now();
    expect(await slowest(throttle, 200)).toBeLessThan(BOUND_MS);
    expect(performance.now() - from).toBeLessThan(3 * BOUND_MS);
    expect(one.last).toBe('away');
    server!.resume();
    await sleep(1_100);
    await throttle.fail('back');
    expect((await server!.dump()).length).toBeGreaterThan(0);
  }, 30_000);

  it('survive kills under load without an error or a long wait', async () => {
    const [one, other] = await two();
    const throttle = one.throttles.named('login', { failures: 1_000_000, windowMs: 60_000 });
    let isOver = false;
    let longestMs = 0;
    const work = Array.from({ length: 16 }, async () => {
      while (!isOver) {
        longestMs = Math.max(longestMs, await slowest(throttle, 20));
        // What is answered from memory takes no turn of the event loop.
        await sleep(1);
      }
    });
    for (let round = 0; round < 3; round += 1) {
      await sleep(150);
      await server!.kill();
      await sleep(150);
      await server!.start();
      await one.is('ready');
    }
    isOver = true;
    await Promise.all(work);
    expect(longestMs).toBeLessThan(BOUND_MS);
    await other.is('ready');
    await failOften(one.throttles.named('codes', LIMIT), 'a');
    expect(await other.throttles.named('codes', LIMIT).isBlocked('a')).toBe(true);
  }, 30_000);

  it('tell of a Redis that loses what it is given', async () => {
    await server!.kill();
    await server!.start(['--maxmemory-policy', 'allkeys-lru', '--appendonly', 'no']);
    const node = await nodeAt(server!.url, prefix).is('ready');
    const problems = JSON.stringify(redisProblems(node.facts!));
    expect(problems).toContain('noeviction');
    expect(problems).toContain('appendonly yes');
    expect(
      redisProblems({ version: '6.0.16', evictionPolicy: 'noeviction', isAppendOnly: true })[0]?.advice,
    ).toContain('6.2');
    expect(redisProblems({ version: '7.0.15', evictionPolicy: 'noeviction', isAppendOnly: true })).toEqual(
      [],
    );
  }, 30_000);
});
