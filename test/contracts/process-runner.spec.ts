import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { IndexedEvent, IndexKeep } from '../../src/platform/indexes/local-index.js';
import { EmbeddedJobs } from '../../src/platform/jobs/embedded/embedded-jobs.js';
import { ATTEMPTS, type Jobs, type Processing } from '../../src/platform/jobs/jobs.js';
import { Clock, SystemClock } from '../../src/platform/kernel/clock.js';
import { DueIndex } from '../../src/platform/processes/due-index.js';
import type { Process } from '../../src/platform/processes/process.js';
import { ProcessRunner } from '../../src/platform/processes/process-runner.js';
import { ManualClock } from '../support/manual-clock.js';

/** `asked` makes a key pending, `done` settles it; nothing is kept. */
class Letters extends DueIndex {
  readonly name = 'letters';
  readonly version = 1;
  readonly categories = [];
  private readonly kept = new Map<string, unknown>();
  private readonly keep: IndexKeep = {
    get: (key) => this.kept.get(key),
    put: (key, value) => void this.kept.set(key, value),
    delete: (key) => void this.kept.delete(key),
  };

  apply({ type, id, data }: IndexedEvent, keep: IndexKeep): void {
    if (type === 'asked') this.pend(id, () => data as number);
    else this.settle(id, keep);
  }

  asked(id: string, dueMs: number): void {
    this.fold({ type: 'asked', id, data: dueMs });
  }

  done(id: string): void {
    this.fold({ type: 'done', id });
  }

  get open(): string[] {
    return [...this.kept.keys()];
  }

  private fold(event: Partial<IndexedEvent>): void {
    this.apply(event as IndexedEvent, this.keep);
    this.afterBatch(this.keep);
  }
}

/** Jobs that never wake anybody up: a queue that lost everything. */
class DeafJobs extends EmbeddedJobsBase() {
  override async schedule(): Promise<void> {}
}

/** Jobs that cannot be reached. */
class DeadJobs extends EmbeddedJobsBase() {
  override schedule(): Promise<void> {
    return Promise.reject(new Error('away'));
  }
  override list(): Promise<never> {
    return Promise.reject(new Error('away'));
  }
}

function EmbeddedJobsBase() {
  return class {
    async schedule(): Promise<void> {}
    async cancel(): Promise<void> {}
    process(): Processing {
      return { close: async () => undefined };
    }
    async list(): Promise<never[]> {
      return [];
    }
  };
}

const root = mkdtempSync(join(tmpdir(), 'kf-processes-'));
let clock: Clock;
let index: Letters;
let jobs: EmbeddedJobs;
let runner: ProcessRunner | null;
let runs: { keys: readonly string[]; atMs: number }[];
let errors: string[];
let made = 0;
beforeEach(() => {
  clock = new SystemClock();
  index = new Letters();
  runs = [];
  errors = [];
  runner = null;
  made += 1;
});
afterEach(async () => {
  await runner?.close();
  await jobs?.close();
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

function start(parts: Partial<Process> = {}, given?: unknown): void {
  jobs = EmbeddedJobs.open({ directory: join(root, String(made)), clock, firstRetryMs: 10 });
  const process: Process = {
    name: 'letters',
    index,
    run: async (keys) => {
      for (const key of keys) index.done(key);
    },
    ...parts,
  };
  const counted: Process = {
    ...process,
    run: (keys) => {
      runs.push({ keys, atMs: clock.now() });
      return process.run(keys);
    },
  };
  runner = new ProcessRunner({
    process: counted,
    jobs: (given ?? jobs) as Jobs,
    clock,
    onError: (_, name, key) => errors.push(`${name} ${key}`),
  });
  runner.start();
}

const ran = () => runs.flatMap(({ keys }) => keys);
async function eventually(holds: () => boolean | Promise<boolean>, withinMs = 8000): Promise<void> {
  const end = Date.now() + withinMs;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error('it did not come to hold');
    await delay(5);
  }
}

it('runs a key when it is due, once, and one that is settled before not at all', async () => {
  start();
  const dueMs = Date.now() + 300;
  index.asked('a', dueMs);
  index.asked('b', dueMs);
  index.done('b');
  index.asked('overdue', 5);
  await eventually(() => runs.length === 2);
  await delay(100);
  expect(ran()).toEqual(['overdue', 'a']);
  expect(runs[1]!.atMs).toBeGreaterThanOrEqual(dueMs);
  expect(runs[1]!.atMs).toBeLessThan(dueMs + 250);
  expect(runner!.figures()).toEqual({ pending: 0, oldestDueMs: 0, failing: 0 });
});

it('counts how late the oldest is, also while that waits for its run or for its next try', async () => {
  let isAway = true;
  start({
    concurrency: 1,
    run: async ([key]) => {
      await delay(20);
      if (isAway) throw new Error('away');
      index.done(key!);
    },
  });
  const dueMs = clock.now() - 60_000;
  const late = () => runner!.figures().oldestDueMs;
  for (let n = 0; n < 8; n += 1) index.asked(`k${n}`, dueMs + n);
  await eventually(() => runs.length === 3);
  expect(late()).toBeGreaterThanOrEqual(60_000);
  await eventually(() => runner!.figures().failing === 8);
  expect(late()).toBeGreaterThanOrEqual(60_000);
  isAway = false;
  await eventually(() => index.open.length === 0);
  expect(runner!.figures()).toEqual({ pending: 0, oldestDueMs: 0, failing: 0 });
});

it('a key whose time is moved while it runs is run again at its new time', async () => {
  start({
    run: async ([key]) => {
      if (runs.length === 1) index.asked(key!, Date.now() + 200);
      else index.done(key!);
    },
  });
  index.asked('a', 0);
  await eventually(() => runs.length === 2);
  expect(runs[1]!.atMs - runs[0]!.atMs).toBeGreaterThanOrEqual(199);
  expect(index.open).toEqual([]);
});

it.each([
  ['lost every wake-up', () => new DeafJobs()],
  ['cannot be reached', () => new DeadJobs()],
])('runs what is due within seconds when the queue %s', async (_, deaf) => {
  start({}, deaf());
  const dueMs = Date.now() + 200;
  for (let n = 0; n < 50; n += 1) index.asked(`k${n}`, dueMs);
  await eventually(() => ran().length === 50);
  expect(Date.now() - dueMs).toBeLessThan(3000);
  expect(new Set(ran()).size).toBe(50);
});

it('a failing key is tried again, shown as failed, and can be retried by hand', async () => {
  let broken = true;
  start({
    run: async ([key]) => {
      if (broken) throw new TypeError('boom');
      index.done(key!);
    },
  });
  index.asked('a', Date.now() + 20);
  await eventually(async () => (await jobs.counts('letters')).failed === 1);
  // One more for each wake-up that came too late to be waited for.
  expect(runs.length).toBeGreaterThanOrEqual(ATTEMPTS);
  expect(errors).toHaveLength(runs.length);
  expect(runner!.figures()).toMatchObject({ pending: 1, failing: 1 });
  broken = false;
  expect(await jobs.retry('letters', 'a')).toBe(true);
  await eventually(() => index.open.length === 0);
  expect((await jobs.counts('letters')).failed).toBe(0);
});

it('one that failed and is settled by others leaves the list', async () => {
  start({ run: () => Promise.reject(new Error('boom')) });
  index.asked('a', 0);
  await eventually(async () => (await jobs.counts('letters')).failed === 1);
  index.done('a');
  await eventually(async () => (await jobs.counts('letters')).failed === 0);
});

it('a run that changed nothing is repeated, but not at once', async () => {
  start({ run: async () => undefined });
  index.asked('a', 0);
  await eventually(() => runs.length === 2);
  expect(runs[1]!.atMs - runs[0]!.atMs).toBeGreaterThan(1500);
});

it('keys of a group share a run, up to its limit', async () => {
  const together = { groupOf: (key: string) => key[0]!, limit: 3 };
  const dueMs = Date.now() - 100;
  for (const [place, key] of ['a1', 'b1', 'a2', 'a3', 'a4', 'b2'].entries()) index.asked(key, dueMs + place);
  start({ together });
  await eventually(() => index.open.length === 0);
  expect(runs.map(({ keys }) => keys.join()).sort()).toEqual(['a1,a2,a3', 'a4', 'b1,b2']);
});

it.each([1, -1])('a clock that jumps by %s day leaves nothing behind', async (days) => {
  const manual = new ManualClock(Date.now());
  clock = manual;
  start();
  index.asked('soon', manual.now() + 30 * 60_000);
  index.asked('sooner', manual.now() + 60_000);
  manual.advance(days * 86_400_000);
  if (days < 0) index.asked('new', manual.now() + 1000);
  await delay(20);
  if (days < 0) {
    manual.advance(1500);
    await eventually(() => ran().includes('new'), 4000);
    manual.advance(2 * 86_400_000);
  }
  await eventually(() => index.open.length === 0, 4000);
});

it('a stalled event loop only delays', async () => {
  start();
  const dueMs = Date.now() + 100;
  for (let n = 0; n < 500; n += 1) index.asked(`k${n}`, dueMs + n);
  const end = Date.now() + 1500;
  while (Date.now() < end);
  await eventually(() => index.open.length === 0, 1500);
});

it('another runner goes on where one was closed', async () => {
  start({ run: async () => undefined });
  index.asked('now', 0);
  index.asked('later', Date.now() + 1000);
  await eventually(() => runs.length === 1);
  await runner!.close();
  await jobs.close();
  start();
  await eventually(() => index.open.length === 0);
});

it('a million pending keys cost memory and no time', async () => {
  const dueMs = Date.now() + 3_600_000;
  for (let n = 0; n < 1_000_000; n += 1)
    index.queue.set(`reservation|w-${n % 500}|reservation:${n}`, dueMs + n);
  start();
  const begun = performance.now();
  index.asked('a', Date.now() + 50);
  await eventually(() => ran().includes('a'));
  expect(performance.now() - begun).toBeLessThan(1000);
});

it('what a run will need is prepared before it is due', async () => {
  const prepared: { key: string; atMs: number }[] = [];
  start({ prepare: async (key) => void prepared.push({ key, atMs: Date.now() }) });
  const dueMs = Date.now() + 500;
  index.asked('a', dueMs);
  await eventually(() => index.open.length === 0);
  expect(prepared.map(({ key }) => key)).toEqual(['a']);
  expect(prepared[0]!.atMs).toBeLessThan(dueMs);
});
