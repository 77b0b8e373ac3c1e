import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { logFolder } from '../../../src/composition/engines.js';
import { EmbeddedEventStore } from '../../../src/platform/event-store/embedded/embedded-event-store.js';
import { AdminClient } from './admin-client.js';
import { auditAnswers } from './audit/audit-answers.js';
import { auditDerived } from './audit/audit-derived.js';
import { auditLog, type Truth } from './audit/audit-log.js';
import { Findings } from './audit/findings.js';
import { type LogEvent, toLogEvent } from './audit/log-event.js';
import { HttpClient } from './http-client.js';
import { Journal } from './journal.js';
import { Load } from './load.js';
import { freePort, ServerProcess } from './server-process.js';
import { temporaryFolder } from './temporary-folder.js';
import { TerminalClient } from './terminal-client.js';
import { ADMIN_PASSWORD, buildWorld, type World } from './world.js';

/** How long after its deadline the timers may leave a reservation open. */
const EXPIRY_GRACE_MS = 1_500;
const SWEEPERS = 8;
const MAX_SWEPT = 200_000;

/** Whole numbers from the command line, such as `--seconds 60`; unknown options are refused. */
export function numberOptions<Name extends string>(
  defaults: Readonly<Record<Name, number>>,
): Record<Name, number> {
  const names = Object.keys(defaults) as Name[];
  const options = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]));
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const given = { ...values } as Record<string, unknown>;
  // A single bare number stands for the first option, as in `npm run test:crash 100`.
  if (positionals.length === 1 && names[0] !== undefined) given[names[0]] = positionals[0];
  const numbers = names.map((name) => [name, Number(given[name] ?? defaults[name])] as const);
  const wrong = numbers.find(([, value]) => !Number.isSafeInteger(value) || value < 1);
  if (wrong || positionals.length > 1)
    throw new Error(`--${wrong?.[0] ?? names[0]} takes a whole number from 1`);
  return Object.fromEntries(numbers) as Record<Name, number>;
}

/** A seed that differs from run to run, unless one is given. */
export const newSeed = (): number => (Date.now() % 1_000_000) + 1;

export interface ProofOptions {
  readonly seed: number;
  readonly clients: number;
  readonly ttlSeconds: number;
  /** Keys that the packages with keys enough begin with; less is sooner sold out at the end. Default 1,000. */
  readonly ampleKeys?: number;
  /** Between two intakes of keys; default as one server of its own sells them. */
  readonly supplyEveryMs?: number;
  /** How long a hold may outlive its reservation; default as on one server that is never killed for long. */
  readonly freedWithinMs?: number;
  /** How long after its deadline a reservation may be open. Default {@link EXPIRY_GRACE_MS}. */
  readonly expiryGraceMs?: number;
}

/** One run of the real server in a directory of its own, with everything that works on it and what they remember. */
export class Proof {
  readonly journal = new Journal();
  readonly findings = new Findings();
  protected readonly directory = temporaryFolder('keyforge-load');
  private readonly logFile = join(this.directory.path, 'server.log');
  private http!: HttpClient;
  private admin!: AdminClient;
  private port = 0;
  server!: ServerProcess;
  terminal!: TerminalClient;
  world!: World;
  load!: Load;

  constructor(protected readonly options: ProofOptions) {}

  /** Starts the server on an empty directory and sets the shop up. */
  async open(): Promise<void> {
    this.http = new HttpClient(await this.startAll());
    this.terminal = new TerminalClient(this.http, this.journal);
    this.admin = new AdminClient(this.http);
    this.world = await buildWorld(this.admin, this.terminal, this.journal, this.options);
    this.prepareLoad();
  }

  /** Customers for a fresh start. @param prefix of their references, which nobody used before */
  prepareLoad(prefix?: string): void {
    const { world, terminal, admin, journal, options } = this;
    const ttlMs = options.ttlSeconds * 1000;
    this.load = new Load({ ...options, world, terminal, admin, journal, ttlMs, prefix });
  }

  /** @returns the ports that answer requests. */
  protected async startAll(): Promise<number | readonly number[]> {
    mkdirSync(this.dataDir, { mode: 0o700 });
    this.port = await freePort();
    await this.startServer();
    return this.port;
  }

  /** Starts the server again on what it left behind. */
  async startServer(dataDir = this.dataDir): Promise<void> {
    this.server = await ServerProcess.start({
      dataDir,
      port: this.port,
      logFile: this.logFile,
      settings: {
        RESERVATION_TTL_SECONDS: String(this.options.ttlSeconds),
        KEYFORGE_ADMIN_PASSWORD: ADMIN_PASSWORD,
      },
    });
  }

  /**
   * When nobody asks any more: waits until all reservations have ended by themselves, notes what is listed, and buys
   * everything that is left. What is stuck somewhere cannot be bought.
   */
  async sweep(): Promise<void> {
    const { world, terminal, journal } = this;
    await sleep(this.options.ttlSeconds * 1000 + (this.options.expiryGraceMs ?? EXPIRY_GRACE_MS));
    const buyer = world.partners[0]!;
    const listed = await terminal.look(buyer, 1, {});
    for (const { productId } of (listed?.data ?? []) as unknown as { productId: string }[]) {
      const answer = await terminal.look(buyer, 2, { product: productId });
      const packages = ((answer?.data ?? []) as unknown as { packageId: string }[]).map((p) => p.packageId);
      journal.listings.push({ partner: buyer.login, packages, atMs: Date.now() });
    }
    let bought = 0;
    const empty = async (packageId: string): Promise<void> => {
      for (; bought < MAX_SWEPT; bought += 1) {
        const call = { action: 6, package: packageId, order: `sweep-${bought}-${packageId}` } as const;
        const answer = await this.load.settle(buyer, call, 'buy what is left');
        if (answer?.code !== '0') return;
      }
    };
    const all = [...world.scarce, ...world.ample];
    await Promise.all(all.flatMap((id) => Array.from({ length: SWEEPERS }, () => empty(id))));
  }

  /** Reads the whole log of the stopped server, and compares it with what the clients were told. */
  async audit(): Promise<Truth> {
    const { world, journal, findings } = this;
    const terms = {
      floorOf: world.floorOf,
      nowMs: Date.now(),
      graceMs: 0,
      freedWithinMs: this.options.freedWithinMs,
    };
    const truth = auditLog(await this.storedEvents(), findings, terms);
    auditAnswers(journal, truth, world, findings);
    for (const [id, free] of truth.stock.free) {
      findings.check(
        'all stock could be sold in the end',
        free.last === 0n,
        () => `${id}: ${free.last} left`,
      );
    }
    await this.auditDerived();
    return truth;
  }

  /** Looks whether what is made from the log is what it should be. */
  protected async auditDerived(): Promise<void> {
    const startOnce = async (dataDir: string): Promise<void> => {
      await this.startServer(dataDir);
      await this.server.stop();
    };
    await auditDerived(this.findings, {
      dataDir: this.dataDir,
      beside: (name) => this.beside(name),
      startOnce,
    });
  }

  /** The whole log, when nobody writes to it any more. */
  protected async storedEvents(): Promise<Iterable<LogEvent>> {
    const store = EmbeddedEventStore.open({ directory: logFolder(this.dataDir) });
    try {
      return [...readLog(store)];
    } finally {
      await store.close();
    }
  }

  /** What the server logged at level error or above. */
  errorsLogged(): string[] {
    if (!existsSync(this.logFile)) return [];
    const lines = readFileSync(this.logFile, 'utf8').split('\n');
    return lines.filter((line) => line.startsWith('{') && /"level":"?(50|60|error|fatal)\b/.test(line));
  }

  /** A path beside the data directory, gone with it. */
  beside(name: string): string {
    return join(this.directory.path, name);
  }

  /** Leaves nothing behind: no process, no file. */
  async close(): Promise<void> {
    await this.server?.kill();
    this.http?.close();
    this.directory.remove();
  }

  get dataDir(): string {
    return join(this.directory.path, 'data');
  }
}

function* readLog(store: EmbeddedEventStore): Generator<LogEvent> {
  let position = 0n;
  for (;;) {
    const page = store.readAll(position);
    for (const stored of page) yield toLogEvent(stored);
    const last = page.at(-1);
    if (!last) return;
    position = last.position;
  }
}

/** The last lines of a proof; sets the exit code. */
export function report(proof: Proof, truth: Truth): void {
  const { findings, journal, load } = proof;
  const codes = new Map<string, number>();
  for (const { call, answer } of journal.exchanges) {
    const code = `${call.action}: ${answer?.code ?? 'lost'}`;
    codes.set(code, (codes.get(code) ?? 0) + 1);
  }
  const sorted = <T>(map: ReadonlyMap<string, T>): [string, T][] =>
    [...map].sort(([a], [b]) => (a < b ? -1 : 1));
  console.log(
    `\nplayed:  ${sorted(load.played)
      .map(([name, times]) => `${name} ${times}`)
      .join(', ')}`,
  );
  console.log(
    `answers: ${sorted(codes)
      .map(([code, times]) => `${code} ×${times}`)
      .join(', ')}`,
  );
  const { stock, orders, directory } = truth;
  const doubtful = journal.exchanges.filter(({ answer }) => answer === null);
  const done = doubtful.filter(({ call, partner, sentAtMs, endedAtMs }) => {
    const reference = 'order' in call ? call.order : '';
    const order = orders.byReference.get(`${directory.partnerOf(partner)} ${reference}`);
    return order !== undefined && order.confirmedAtMs >= sentAtMs && order.confirmedAtMs <= endedAtMs;
  });
  console.log(`doubt:   ${doubtful.length} calls in doubt, ${done.length} of them had sold a key`);
  const sold = [...stock.keys.values()].filter((key) => key.sale !== null).length;
  console.log(
    `log:     ${truth.events} events, ${stock.keys.size} keys, ${sold} sold, ` +
      `${stock.reservations.size} reservations, ${orders.orders.size} orders\n`,
  );
  for (const line of findings.lines()) console.log(line);
  console.log(`${findings.passed} passed, ${findings.failed} failed`);
  if (findings.failed > 0) process.exitCode = 1;
}
