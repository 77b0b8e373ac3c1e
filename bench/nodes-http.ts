import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EventStoreDbEventStore } from '../src/platform/event-store/eventstoredb/eventstoredb-event-store.js';
import { freePort, ServerProcess } from '../test/support/load/server-process.js';
import { temporaryFolder } from '../test/support/load/temporary-folder.js';
import { openServers } from '../test/support/nodes/nodes-proof.js';
import { median } from './figures.js';
import { Child, DISK_MS } from './nodes.js';
import { ADMIN_PASSWORD, REQUEST_BASE, Shop } from './shop.js';
import { runWrk, type WrkResult } from './wrk.js';

const NAMESPACE = `bench${randomBytes(4).toString('hex')}`;
const STAND_IN = 'test/support/eventstoredb/stand-in-child.js';
const FIRST_KEYS = 200;
const WARM_UP_SECONDS = 2;
/** Sales that a second may have room for. */
const MOST_SALES_PER_SECOND = 3_000;
/** For the second process to know what was taken in by the first. */
const SETTLE_MS = 3_000;

export interface NodesHttpFigures {
  readonly oneSalesPerSecond: number;
  readonly twoSalesPerSecond: number;
  /** Of the same round: median, and worst. */
  readonly ratio: number;
  readonly worstRatio: number;
  readonly oneP99Ms: number;
  readonly twoP99Ms: number;
  /** Requests answered, and orders that the log confirms: no fewer. */
  readonly requests: number;
  readonly confirmed: number;
}

/**
 * One partner's wallet sold from over HTTP by one process with `ROLE=api` and by two, with as many connections in all. The
 * worker is paused meanwhile: beside a stand-in for MongoDB it would take the cores that are measured.
 */
export async function measureNodesHttp(options: {
  readonly rounds: number;
  readonly seconds: number;
  readonly connections: number;
}): Promise<NodesHttpFigures> {
  const { rounds, seconds, connections } = options;
  const folder = temporaryFolder('keyforge-bench-nodes');
  const servers = await openServers(folder.path);
  // The stand-in that keeps its log in a file flushes each append by itself, so that its disk alone would be measured.
  const given = process.env.EVENTSTORE_URL;
  const log = given ? null : await Child.start(STAND_IN, ['0', '', String(DISK_MS)]);
  const logUrl = given ?? log!.greeting;
  const common = {
    EVENTSTORE_URL: logUrl,
    MONGODB_URL: servers.documents.url,
    REDIS_URL: servers.redis.url,
    STREAM_NAMESPACE: NAMESPACE,
    KEYFORGE_MASTER_KEY: randomBytes(32).toString('hex'),
    KEYFORGE_ADMIN_PASSWORD: ADMIN_PASSWORD,
  };
  const start = async (role: string): Promise<ServerProcess> => {
    const dataDir = join(folder.path, role);
    const logFile = `${dataDir}.log`;
    return ServerProcess.start({
      dataDir,
      port: await freePort(),
      logFile,
      settings: { ...common, ROLE: role },
    });
  };
  const ended: (() => Promise<unknown>)[] = [];
  try {
    const worker = await start('worker');
    ended.push(() => worker.kill());
    const shop = await Shop.open({ ...common, ROLE: 'api' });
    ended.push(() => shop.close());
    await shop.takeInUnseen(FIRST_KEYS);
    const other = await start('api');
    ended.push(() => other.kill());
    worker.pause();
    const most = (rounds * 2 * seconds + WARM_UP_SECONDS) * MOST_SALES_PER_SECOND;
    await shop.takeInUnseen(most);
    await sleep(SETTLE_MS);
    let runs = 0;
    const sell = async (ports: readonly number[], forSeconds: number): Promise<WrkResult[]> => {
      const { packageId } = shop;
      const run = { script: 'buy', seconds: forSeconds, base: REQUEST_BASE, packageId } as const;
      const each = connections / ports.length;
      runs += 1;
      return Promise.all(
        ports.map((port, n) => runWrk({ ...run, port, connections: each, orderPrefix: `r${runs}-${n}-` })),
      );
    };
    const both = [shop.server.port, other.port];
    const all = await sell(both, WARM_UP_SECONDS);
    const measured: { one: WrkResult[]; two: WrkResult[] }[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const one = await sell([both[round % 2]!], seconds);
      const two = await sell(both, seconds);
      measured.push({ one, two });
      all.push(...one, ...two);
    }
    return { ...figuresOf(measured), ...(await answered(logUrl, all)) };
  } finally {
    for (const end of ended.reverse()) await end();
    log?.child.stop();
    for (const server of servers.own) await server.kill();
    folder.remove();
  }
}

function figuresOf(measured: readonly { one: WrkResult[]; two: WrkResult[] }[]) {
  const perSecond = (results: readonly WrkResult[]): number =>
    results.reduce((sum, { salesPerSecond }) => sum + salesPerSecond, 0);
  const worstP99 = (results: readonly WrkResult[]): number => Math.max(...results.map(({ p99Ms }) => p99Ms));
  const ratios = measured.map(({ one, two }) => perSecond(two) / perSecond(one));
  return {
    oneSalesPerSecond: median(measured.map(({ one }) => perSecond(one))),
    twoSalesPerSecond: median(measured.map(({ two }) => perSecond(two))),
    ratio: median(ratios),
    worstRatio: Math.min(...ratios),
    oneP99Ms: median(measured.map(({ one }) => worstP99(one))),
    twoP99Ms: median(measured.map(({ two }) => worstP99(two))),
  };
}

/** wrk takes every answer for a sale: whether it was one is in the log. */
async function answered(url: string, results: readonly WrkResult[]) {
  const store = await EventStoreDbEventStore.open({ url, streamPrefix: `${NAMESPACE}.` });
  let confirmed = 0;
  for (
    let page = await store.readAll(0n);
    page.length > 0;
    page = await store.readAll(page.at(-1)!.position)
  ) {
    confirmed += page.filter(({ type }) => type === 'OrderConfirmed').length;
  }
  await store.close();
  const requests = results.reduce((sum, { sales }) => sum + sales, 0);
  if (confirmed < requests)
    throw new Error(`${requests} requests were answered, and ${confirmed} orders confirmed`);
  return { requests, confirmed };
}
