import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { HttpClient } from '../test/support/load/http-client.js';
import { builtEntry, freePort } from '../test/support/load/server-process.js';
import { atExit } from '../test/support/load/temporary-folder.js';
import { median, table } from './figures.js';
import { becomesIdle, cpuUs, rssAnonBytes } from './process-usage.js';
import { REQUEST_BASE, Shop } from './shop.js';
import { runWrk, type WrkResult } from './wrk.js';

const WARM_UP_SECONDS = 2;
/** Stock for the first run of a kind, before its speed is known. */
const FIRST_KEYS_PER_SECOND = 12_000;
const BASELINE_START_MS = 10_000;

export interface SalesFigures {
  readonly connections: number;
  readonly what: string;
  readonly salesPerSecond: number;
  /** Of the bare server's requests, of the same round: median and worst. */
  readonly ratio: number;
  readonly worstRatio: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly cpuUsPerSale: number;
  readonly errors: number;
}

interface Round {
  readonly baseline: WrkResult;
  readonly buy: WrkResult & { readonly cpuUs: number };
  readonly reserve: WrkResult & { readonly cpuUs: number };
}

/** The bare server, as a process of its own. */
async function startBaseline(): Promise<{ child: ChildProcess; port: number }> {
  const port = await freePort();
  const entry = join(dirname(builtEntry()), '..', 'bench', 'baseline.js');
  const child = spawn(process.execPath, [entry, String(port)], { stdio: 'inherit' });
  atExit(() => child.kill('SIGTERM'));
  const client = new HttpClient(port);
  const giveUpAt = Date.now() + BASELINE_START_MS;
  while (!(await client.send({ path: '/' }).catch(() => null))) {
    if (Date.now() > giveUpAt) throw new Error('the bare server did not start');
    await sleep(20);
  }
  client.close();
  return { child, port };
}

/**
 * Sales over HTTP: the whole product, durable and with its read models on, against the bare server. The three are
 * measured in turn in every round, because a machine's speed changes from minute to minute.
 */
export async function measureSales(options: {
  readonly rounds: number;
  readonly seconds: number;
  readonly connections: readonly number[];
}): Promise<{ figures: SalesFigures[]; rssAnonMb: number }> {
  const bare = await startBaseline();
  const shop = await Shop.open().catch((error: unknown) => {
    bare.child.kill('SIGTERM');
    throw error;
  });
  try {
    const figures: SalesFigures[] = [];
    const load = new SaleLoad(shop, bare.port);
    await load.product('buy', 64, WARM_UP_SECONDS);
    await load.product('reserve', 64, WARM_UP_SECONDS);
    await load.baseline(64, WARM_UP_SECONDS);
    for (const connections of options.connections) {
      const rounds: Round[] = [];
      for (let round = 1; round <= options.rounds; round += 1) {
        rounds.push({
          baseline: await load.baseline(connections, options.seconds),
          buy: await load.product('buy', connections, options.seconds),
          reserve: await load.product('reserve', connections, options.seconds),
        });
        console.log(`${connections} connections, round ${round} of ${options.rounds}`);
      }
      figures.push(...summary(connections, rounds));
    }
    return { figures, rssAnonMb: rssAnonBytes(shop.server.pid) / 2 ** 20 };
  } finally {
    await shop.close();
    const ended = once(bare.child, 'exit');
    bare.child.kill('SIGTERM');
    await ended;
  }
}

class SaleLoad {
  private runs = 0;
  private stock = 0;
  private readonly soldPerSecond = { buy: FIRST_KEYS_PER_SECOND, reserve: FIRST_KEYS_PER_SECOND };

  constructor(
    private readonly shop: Shop,
    private readonly barePort: number,
  ) {}

  baseline(connections: number, seconds: number): Promise<WrkResult> {
    return this.run(this.barePort, 'buy', connections, seconds);
  }

  /** One run against the product, with stock enough, and its CPU time until its read models have caught up. */
  async product(
    script: 'buy' | 'reserve',
    connections: number,
    seconds: number,
  ): Promise<WrkResult & { cpuUs: number }> {
    const { server } = this.shop;
    const needed = Math.ceil(this.soldPerSecond[script] * seconds * 1.5) + connections;
    if (needed > this.stock) {
      await this.shop.takeIn(needed - this.stock);
      this.stock = needed;
    }
    await becomesIdle(server.pid);
    const before = cpuUs(server.pid);
    const result = await this.run(server.port, script, connections, seconds);
    await becomesIdle(server.pid);
    // Whatever was still on its way when the clients left was sold or reserved as well.
    this.stock -= result.sales + 2 * connections;
    this.soldPerSecond[script] = Math.max(1_000, result.salesPerSecond);
    return { ...result, cpuUs: cpuUs(server.pid) - before };
  }

  private run(
    port: number,
    script: 'buy' | 'reserve',
    connections: number,
    seconds: number,
  ): Promise<WrkResult> {
    this.runs += 1;
    const { packageId } = this.shop;
    const orderPrefix = `r${this.runs}-`;
    return runWrk({ port, script, connections, seconds, base: REQUEST_BASE, packageId, orderPrefix });
  }
}

function summary(connections: number, rounds: readonly Round[]): SalesFigures[] {
  const of = (what: string, pick: (round: Round) => WrkResult & { cpuUs?: number }): SalesFigures => {
    const ratios = rounds.map((round) => pick(round).salesPerSecond / round.baseline.requestsPerSecond);
    const across = (figure: (result: WrkResult) => number): number =>
      median(rounds.map((round) => figure(pick(round))));
    return {
      connections,
      what,
      salesPerSecond: across((result) => result.salesPerSecond),
      ratio: median(ratios),
      worstRatio: Math.min(...ratios),
      p50Ms: across((result) => result.p50Ms),
      p99Ms: across((result) => result.p99Ms),
      cpuUsPerSale: median(rounds.map((round) => (pick(round).cpuUs ?? 0) / pick(round).sales)),
      errors: rounds.reduce((sum, round) => sum + pick(round).errors, 0),
    };
  };
  return [
    of('bare Fastify GET', (round) => round.baseline),
    of('action 6', (round) => round.buy),
    of('actions 3 + 4', (round) => round.reserve),
  ];
}

export function printSales(figures: readonly SalesFigures[]): void {
  const head = ['', 'conns', 'sales/s', 'ratio', 'worst', 'p50 ms', 'p99 ms', 'CPU µs/sale', 'errors'];
  const rows = figures.map((f) => [
    f.what,
    String(f.connections),
    f.salesPerSecond.toFixed(0),
    f.ratio.toFixed(3),
    f.worstRatio.toFixed(3),
    f.p50Ms.toFixed(1),
    f.p99Ms.toFixed(1),
    f.cpuUsPerSale > 0 ? f.cpuUsPerSale.toFixed(0) : '',
    String(f.errors),
  ]);
  console.log(`\n${table([head, ...rows])}`);
}
