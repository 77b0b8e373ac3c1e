import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Filler, KEYS_PER_LOT } from '../support/expiry/fill.js';
import { type AuditedReleases, auditReleases } from '../support/expiry/release-audit.js';
import { HttpClient } from '../support/load/http-client.js';
import { newSeed, numberOptions } from '../support/load/proof.js';
import { Random } from '../support/load/random.js';
import { freePort, ServerProcess } from '../support/load/server-process.js';
import { temporaryFolder } from '../support/load/temporary-folder.js';

const HOUR_MS = 3_600_000;
const START_WITHIN_MS = 600_000;
/** What is due one after another begins to be due this long after the server should be up. */
const LEAD_MS = 10_000;
/** A busy machine may take this many times as long to write the log, or to start, as it did before. */
const DOUBT = 3;
const POLL_MS = 250;
/** All that is due must be released after this long. */
const PATIENCE_MS = 600_000;
const MS_PER_TICK = 10;

interface Options {
  readonly pending: number;
  readonly overdue: number;
  readonly rate: number;
  readonly seconds: number;
  readonly kills: number;
  readonly seed: number;
  /** Limits: of the p99 of being late, and of the releases a second of a server that is left alone after a long stop. */
  readonly late: number;
  readonly released: number;
}

/** The real server over a log that is written while it is down. */
class Run {
  private readonly folder = temporaryFolder('keyforge-expiry');
  private readonly dataDir = join(this.folder.path, 'data');
  private server: ServerProcess | null = null;
  private client: HttpClient | null = null;
  private lots = 0;
  /** What the last start took, and what writing one reservation did. */
  startedInMs = 0;
  filledInMs = 0;

  get log(): string {
    return join(this.dataDir, 'log');
  }

  /** @returns milliseconds until it answered */
  async start(): Promise<number> {
    const begunMs = performance.now();
    const port = await freePort();
    this.server = await ServerProcess.start({
      ...{ dataDir: this.dataDir, port, logFile: join(this.folder.path, 'server.log') },
      ...{ settings: { LOG_LEVEL: 'error' }, startWithinMs: START_WITHIN_MS },
    });
    this.client = new HttpClient(port);
    this.startedInMs = performance.now() - begunMs;
    return this.startedInMs;
  }

  async fill(count: number, wallets: number, deadlineMs: (place: number) => number): Promise<void> {
    const begunMs = performance.now();
    const filler = new Filler(this.dataDir, this.lots);
    if (this.lots === 0) await filler.openShop();
    this.lots = await filler.fill({ ...{ count, wallets, deadlineMs }, madeAtMs: Date.now() - HOUR_MS });
    await filler.close();
    this.filledInMs = (performance.now() - begunMs) / count;
  }

  private async metric(pattern: RegExp): Promise<number> {
    const { body } = await this.client!.send({ path: '/metrics' });
    return Number(pattern.exec(body)?.[1] ?? Number.NaN);
  }

  pending(): Promise<number> {
    return this.metric(/process_pending\{process="reservation-expiry"\} (\d+)/);
  }

  /** Resolves when the read models have folded the whole log. */
  async current(): Promise<void> {
    while ((await this.metric(/projection_lag_events (\d+)/)) > 0) await sleep(POLL_MS);
  }

  async until(pending: number): Promise<void> {
    const end = Date.now() + PATIENCE_MS;
    for (;;) {
      const now = await this.pending();
      if (now <= pending) return;
      if (Date.now() > end) throw new Error(`${now - pending} reservations are stuck`);
      await sleep(POLL_MS);
    }
  }

  /** What the server holds beside the pages of its files, MiB. */
  get memoryMiB(): number {
    const status = readFileSync(`/proc/${this.server!.pid}/status`, 'utf8');
    return Math.round(Number(/RssAnon:\s+(\d+)/.exec(status)?.[1]) / 1024);
  }

  /** Processor time of the server so far, all threads. */
  get cpuMs(): number {
    const [user, system] = readFileSync(`/proc/${this.server!.pid}/stat`, 'utf8')
      .split(') ')[1]!
      .split(' ')
      .slice(11);
    return (Number(user) + Number(system)) * MS_PER_TICK;
  }

  async kill(): Promise<void> {
    await this.server?.kill();
    this.client?.close();
  }

  async stop(): Promise<void> {
    await this.server?.stop();
    this.client?.close();
  }

  async close(): Promise<void> {
    await this.kill();
    this.folder.remove();
  }
}

/** Before the stop: nothing is due, and the read models have time to follow. */
async function before(run: Run, { pending }: Options): Promise<void> {
  const farMs = Date.now() + 6 * HOUR_MS;
  await run.fill(pending, Math.ceil(pending / KEYS_PER_LOT / 10), (place) => farMs + place);
  console.log(`each reservation was made in ${Math.round(run.filledInMs * 1000)} µs`);
  const coldMs = await run.start();
  await run.current();
  console.log(`start over ${pending}, indexes built: ${Math.round(coldMs)} ms, ${run.memoryMiB} MiB`);
  await run.stop();
}

/**
 * A long stop: everything is overdue, and the server is killed in the middle of it.
 * @returns since when it was left alone: from the last kill on
 */
async function afterLongStop(run: Run, { pending, overdue, kills, seed }: Options): Promise<number> {
  const random = new Random(seed);
  const dueMs = Date.now() - HOUR_MS / 2;
  await run.fill(overdue, 20, (place) => dueMs + place);
  const startMs = await run.start();
  console.log(`start over ${pending + overdue}, the last not in the indexes: ${Math.round(startMs)} ms`);
  let aloneMs = Date.now();
  for (let kill = 1; kill <= kills; kill += 1) {
    const left = await run.pending();
    const goal = pending + Math.round((left - pending) * (0.3 + random.next() * 0.5));
    await run.until(goal);
    await run.kill();
    aloneMs = Date.now();
    await run.start();
    console.log(`kill ${kill}: with about ${goal - pending} to go`);
  }
  const [cpuMs, left] = [run.cpuMs, (await run.pending()) - pending];
  await run.until(pending);
  if (left > 0) {
    console.log(`${Math.round(((run.cpuMs - cpuMs) * 1000) / left)} µs of processor time for each release`);
  }
  await run.stop();
  return aloneMs;
}

/** One after another, at an even rate. */
async function onTime(run: Run, { pending, rate, seconds }: Options): Promise<void> {
  const count = rate * seconds;
  const firstMs = Date.now() + LEAD_MS + DOUBT * (run.startedInMs + run.filledInMs * count);
  await run.fill(count, 50, (place) => firstMs + (place * 1000) / rate);
  const warmMs = await run.start();
  if (Date.now() > firstMs) throw new Error('the server was not up in time: the machine is too busy');
  console.log(`start over ${pending + count}, indexes kept: ${Math.round(warmMs)} ms, ${run.memoryMiB} MiB`);
  await sleep(firstMs + seconds * 1000 - Date.now());
  await run.until(pending);
  await run.stop();
}

/** Seconds of the clock in which most were released, and how many that were. */
function fastest(released: AuditedReleases['released']): number {
  const perSecond = new Map<number, number>();
  for (const { atMs } of released) {
    const second = Math.floor(atMs / 1000);
    perSecond.set(second, (perSecond.get(second) ?? 0) + 1);
  }
  return Math.max(...perSecond.values());
}

function rateOf(released: AuditedReleases['released']): number {
  const times = released.map(({ atMs }) => atMs).sort((a, b) => a - b);
  return Math.round((released.length * 1000) / Math.max(times.at(-1)! - times[0]!, 1));
}

async function main(): Promise<void> {
  const options: Options = numberOptions({
    ...{ pending: 1_000_000, overdue: 200_000, rate: 1000, seconds: 30, kills: 2, seed: newSeed() },
    ...{ late: 250, released: 10_000 },
  });
  const { pending, overdue, rate, kills, seed } = options;
  console.log(`expiry: ${pending} pending, ${overdue} overdue, ${kills} kills, ${rate}/s, --seed ${seed}`);
  const run = new Run();
  try {
    await before(run, options);
    const aloneMs = await afterLongStop(run, options);
    const first = await auditReleases(run.log);
    // A few thousand may all be released before the kill reaches the process.
    const left = first.released.filter(({ atMs }) => atMs >= aloneMs);
    const alone = rateOf(left.length > 1 ? left : first.released);
    console.log(
      `after a long stop: ${first.released.length} released, ${rateOf(first.released)} a second with ` +
        `${kills} restarts, ${alone} after the last one, ${fastest(first.released)} in the best second`,
    );
    await onTime(run, options);
    const { released, open, problems } = await auditReleases(run.log);
    const late = released
      .slice(first.released.length)
      .map(({ atMs, deadlineMs }) => atMs - deadlineMs)
      .sort((a, b) => a - b);
    const p = (share: number): number => late[Math.min(Math.floor(late.length * share), late.length - 1)]!;
    console.log(`at ${rate} a second: ${p(0.5)} ms late at p50, ${p(0.99)} at p99, ${p(1)} at most`);
    const all = [
      ...problems,
      ...(open === pending ? [] : [`${open} open instead of ${pending}`]),
      ...(alone >= options.released ? [] : [`${alone} released a second, less than ${options.released}`]),
      ...(p(0.99) <= options.late ? [] : [`p99 is ${p(0.99)} ms, more than ${options.late}`]),
    ];
    for (const problem of all.slice(0, 20)) console.log(`FAILED ${problem}`);
    console.log(all.length === 0 ? 'all released once, money and stock add up' : `${all.length} problems`);
    if (all.length > 0) process.exitCode = 1;
  } finally {
    await run.close();
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
