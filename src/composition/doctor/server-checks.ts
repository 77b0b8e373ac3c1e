import { Redis } from 'ioredis';
import type { Db } from 'mongodb';
import { Connection } from '../../platform/event-store/eventstoredb/connection.js';
import { TIMEOUTS } from '../../platform/event-store/eventstoredb/limits.js';
import { newestOfAllRequest } from '../../platform/event-store/eventstoredb/protocol.js';
import { MongoKeyStore } from '../../platform/key-store/mongodb/mongo-key-store.js';
import { MongoConnection } from '../../platform/mongodb/mongo-connection.js';
import { readRedisFacts, redisProblems } from '../../platform/redis/redis-facts.js';
import type { MasterKey } from '../../platform/security/master-key.js';
import { type Finding, hostsOf, ok, problem, warning } from './finding.js';

const ANSWER_MS = 4_000;
/** A node further off its store does not start; closer ones are worth a look. */
const MAX_CLOCK_OFFSET_MS = 2_000;
const NOTABLE_CLOCK_OFFSET_MS = 500;
/** EventStoreDB tells its time in whole seconds. */
const SECOND_MS = 1_000;

/** @param precisionMs how much later than told the server's time may have been */
export function judgeClock(check: string, offsetMs: number, precisionMs = 0): Finding {
  const off = offsetMs < -precisionMs ? offsetMs + precisionMs : Math.max(0, offsetMs);
  const text = `its clock is ${Math.abs(Math.round(off))} ms ${off < 0 ? 'behind' : 'ahead'}`;
  const advice = 'set both clocks by NTP';
  if (Math.abs(off) > MAX_CLOCK_OFFSET_MS) return problem(`${check} clock`, text, advice);
  if (Math.abs(off) > NOTABLE_CLOCK_OFFSET_MS) return warning(`${check} clock`, text, advice);
  return ok(`${check} clock`, text);
}

/** The server's time against the middle of the question. */
async function offsetOf(askTimeMs: () => Promise<number>): Promise<number> {
  const askedAt = Date.now();
  const theirs = await askTimeMs();
  return theirs - (askedAt + Date.now()) / 2;
}

export async function checkRedis(url: string): Promise<Finding[]> {
  const redis = new Redis(url, {
    ...{ lazyConnect: true, connectTimeout: ANSWER_MS, commandTimeout: ANSWER_MS },
    retryStrategy: () => null,
  });
  let reason: Error | null = null;
  redis.on('error', (error) => {
    reason = error;
  });
  try {
    await redis.connect().catch((error: unknown) => {
      throw reason ?? error;
    });
    const facts = await readRedisFacts(redis);
    const offsetMs = await offsetOf(async () => {
      const [seconds, micros] = await redis.time();
      return Number(seconds) * 1000 + Number(micros) / 1000;
    });
    return [
      ok('redis', `${facts.version ?? 'of unknown version'} at ${hostsOf(url)}`),
      ...redisProblems(facts).map(({ text, advice, isGrave }) =>
        isGrave ? problem('redis', text, advice) : warning('redis', text, advice),
      ),
      judgeClock('redis', offsetMs),
    ];
  } finally {
    if (redis.status !== 'end') redis.disconnect();
  }
}

export async function checkMongoDb(url: string, master: MasterKey | null): Promise<Finding[]> {
  const connection = await MongoConnection.open({ url, awayMs: ANSWER_MS });
  try {
    const { database } = connection;
    const deployment = await connection.deployment();
    const offsetMs = await offsetOf(async () =>
      ((await database.command({ hello: 1 })).localTime as Date).getTime(),
    );
    return [
      ok('mongodb', `${await connection.version()} at ${hostsOf(url)}`),
      deployment === null
        ? warning('mongodb', 'stands alone', 'make it a replica set, of one node at least: mongod --replSet')
        : ok('mongodb', deployment),
      ...(await checkDurability(database)),
      ...(master && !(await MongoKeyStore.matches(database, master))
        ? [
            problem(
              'master key',
              'is not the one of the keys in MongoDB',
              'set the one that they were made with',
            ),
          ]
        : []),
      judgeClock('mongodb', offsetMs),
    ];
  } finally {
    await connection.close();
  }
}

/** What loses writes that the product did not ask for itself, as it asks for a majority's journals. What is not told is left out. */
async function checkDurability(database: Db): Promise<Finding[]> {
  const admin = database.client.db('admin');
  const ask = (command: Record<string, unknown>) => admin.command(command).catch(() => null);
  const [defaults, status, set] = await Promise.all([
    ask({ getDefaultRWConcern: 1 }),
    ask({ serverStatus: 1 }),
    ask({ replSetGetConfig: 1 }),
  ]);
  const findings: Finding[] = [];
  if (status?.storageEngine?.persistent === false) {
    const text = `keeps everything in memory (${status.storageEngine.name})`;
    findings.push(problem('mongodb', text, 'use the WiredTiger engine'));
  }
  if (set?.config?.writeConcernMajorityJournalDefault === false) {
    const advice = 'set writeConcernMajorityJournalDefault to true';
    findings.push(problem('mongodb', 'the majority acknowledges before its journals have it', advice));
  }
  const w = defaults?.defaultWriteConcern?.w;
  if (w !== undefined && w !== 'majority') {
    const advice = 'what others write there may be rolled back: setDefaultRWConcern to w: "majority"';
    findings.push(warning('mongodb', `writes with w: ${w} unless asked otherwise`, advice));
  }
  return findings;
}

export async function checkEventStoreDb(url: string): Promise<Finding[]> {
  const connection = new Connection(url, TIMEOUTS);
  try {
    const version = await connection.version();
    // Anybody is told the version; what counts is whether this user may read.
    for await (const _ of connection.read(newestOfAllRequest())) break;
    const offset = await connection.clockOffset();
    return [
      ok('eventstoredb', `${version} at ${hostsOf(url)}`),
      ...(offset
        ? [judgeClock('eventstoredb', (offset.leastMs + offset.mostMs - SECOND_MS) / 2, SECOND_MS)]
        : []),
      ...(await checkByHttp(url)),
    ];
  } finally {
    await connection.close();
  }
}

/** What EventStoreDB tells by HTTP alone, to admins alone: what it does not tell is left out. */
async function checkByHttp(url: string): Promise<Finding[]> {
  const [, user, password] = /^[a-z+]+:\/\/([^/?:@]*):([^/?]*)@/.exec(url) ?? [];
  const scheme = /[?&]tls=false/i.test(url) ? 'http' : 'https';
  const headers: Record<string, string> = { accept: 'application/json' };
  if (user !== undefined) {
    const pair = `${decodeURIComponent(user)}:${decodeURIComponent(password ?? '')}`;
    headers.authorization = `Basic ${Buffer.from(pair).toString('base64')}`;
  }
  const [first] = hostsOf(url).split(',');
  const signal = AbortSignal.timeout(ANSWER_MS);
  const answer = await fetch(`${scheme}://${first}/info/options`, { headers, signal }).catch(() => null);
  const options = (await answer?.json().catch(() => null)) as { name?: string; value?: unknown }[] | null;
  const memory = Array.isArray(options)
    ? options.find(({ name }) => /^mem-?db$/i.test(name ?? ''))
    : undefined;
  const isInMemory = /^true$/i.test(String(memory?.value));
  const advice = 'start it without --mem-db';
  return isInMemory ? [problem('eventstoredb', 'keeps everything in memory', advice)] : [];
}
