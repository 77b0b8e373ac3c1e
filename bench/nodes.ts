import { type ChildProcess, spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { EventStoreDbEventStore } from '../src/platform/event-store/eventstoredb/eventstoredb-event-store.js';
import { builtEntry } from '../test/support/load/server-process.js';
import { atExit } from '../test/support/load/temporary-folder.js';
import { PRICE_MINOR, SaleWorld } from '../test/support/sale-world.js';
import { median } from './figures.js';

export const KEYS_PER_LOT = 1000;
/** Sales that a second may have room for. */
const MOST_SALES_PER_SECOND = 5000;
/** As a disk with a flush for each group of appends has it. */
export const DISK_MS = 1;
const WARM_UP_SECONDS = 2;

export interface NodeOrder {
  readonly connections: number;
  readonly seconds: number;
}

export interface NodeReport {
  readonly sales: number;
  readonly ms: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly cpuUs: number;
}

export interface NodesFigures {
  readonly oneSalesPerSecond: number;
  readonly twoSalesPerSecond: number;
  /** Of the same round: median, and worst. */
  readonly ratio: number;
  readonly worstRatio: number;
  /** Sales of the slower of the two, of the faster one's. */
  readonly fairness: number;
  readonly oneP99Ms: number;
  readonly twoP99Ms: number;
}

/** A child process that answers each line with one. */
export class Child {
  private readonly lines: AsyncIterator<string>;

  private constructor(private readonly child: ChildProcess) {
    this.lines = createInterface(child.stdout!)[Symbol.asyncIterator]();
  }

  static async start(script: string, args: readonly string[]): Promise<{ child: Child; greeting: string }> {
    const process_ = spawn(process.execPath, [join(dirname(builtEntry()), '..', script), ...args], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    atExit(() => process_.kill('SIGKILL'));
    const child = new Child(process_);
    return { child, greeting: await child.line() };
  }

  async ask<T>(question: unknown): Promise<T> {
    this.child.stdin!.write(`${JSON.stringify(question)}\n`);
    return JSON.parse(await this.line()) as T;
  }

  stop(): void {
    this.child.kill('SIGKILL');
  }

  private async line(): Promise<string> {
    const { value, done } = await this.lines.next();
    if (done) throw new Error('a process of the benchmark ended');
    return value;
  }
}

/** A partner with money enough and a package with keys enough, on a server that is empty. */
async function seed(url: string, lots: number): Promise<void> {
  const sizes = Array.from({ length: lots }, () => KEYS_PER_LOT);
  const fundsMinor = PRICE_MINOR * BigInt(KEYS_PER_LOT * lots);
  const world = await SaleWorld.create({ lots: sizes, fundsMinor });
  const store = await EventStoreDbEventStore.open({ url, streamPrefix: 'kf.' });
  for (const stream of new Set(world.events.map((event) => event.stream))) {
    const events = world.store.readStream(stream);
    await store.append([{ stream, expectedRevision: -1, events }]);
  }
  await store.close();
}

const perSecond = (reports: readonly NodeReport[]): number =>
  reports.reduce((sum, { sales, ms }) => sum + sales / (ms / 1000), 0);

/**
 * One partner's wallet sold from by one process and by two, with as many sales under way in all, on a stand-in for
 * EventStoreDB in a process of its own. The two take turns with the one in every round.
 */
export async function measureNodes(options: {
  readonly rounds: number;
  readonly seconds: number;
  readonly connections: number;
}): Promise<NodesFigures> {
  const { rounds, seconds, connections } = options;
  const lots = Math.ceil(((rounds + 1) * 2 * (seconds + 1) * MOST_SALES_PER_SECOND) / KEYS_PER_LOT);
  const server = await Child.start('test/support/eventstoredb/stand-in-child.js', ['0', '', String(DISK_MS)]);
  const children = [server.child];
  try {
    await seed(server.greeting, lots);
    const nodes: Child[] = [];
    for (const parity of [0, 1]) {
      const node = await Child.start('bench/nodes-child.js', [server.greeting, String(lots), String(parity)]);
      nodes.push(node.child);
      children.push(node.child);
    }
    const sell = (those: readonly Child[], forSeconds: number): Promise<NodeReport[]> => {
      const order: NodeOrder = { connections: connections / those.length, seconds: forSeconds };
      return Promise.all(those.map((node) => node.ask<NodeReport>(order)));
    };
    await sell(nodes, WARM_UP_SECONDS);
    const measured: { one: NodeReport[]; two: NodeReport[] }[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const one = await sell([nodes[round % 2]!], seconds);
      const two = await sell(nodes, seconds);
      measured.push({ one, two });
    }
    const ratios = measured.map(({ one, two }) => perSecond(two) / perSecond(one));
    const worstP99 = (reports: readonly NodeReport[]): number =>
      Math.max(...reports.map(({ p99Ms }) => p99Ms));
    return {
      oneSalesPerSecond: median(measured.map(({ one }) => perSecond(one))),
      twoSalesPerSecond: median(measured.map(({ two }) => perSecond(two))),
      ratio: median(ratios),
      worstRatio: Math.min(...ratios),
      fairness: median(
        measured.map(({ two }) => {
          const sales = two.map((report) => report.sales);
          return Math.min(...sales) / Math.max(...sales);
        }),
      ),
      oneP99Ms: median(measured.map(({ one }) => worstP99(one))),
      twoP99Ms: median(measured.map(({ two }) => worstP99(two))),
    };
  } finally {
    for (const child of children) child.stop();
  }
}
