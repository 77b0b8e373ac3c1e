import { setTimeout as delay } from 'node:timers/promises';
import { MemoryKeep } from '../../../test/support/index-keep.js';
import type { IndexedEvent, IndexKeep } from '../indexes/local-index.js';
import type { Jobs } from '../jobs/jobs.js';
import { type Clock, SystemClock } from '../kernel/clock.js';
import { DueIndex } from './due-index.js';
import { ProcessRunner } from './process-runner.js';

const DAY_MS = 86_400_000;

/** Every event asks for its key, due at once. */
class Letters extends DueIndex {
  readonly name = 'letters';
  readonly version = 1;
  readonly categories = [];

  apply({ id, atMs }: IndexedEvent): void {
    this.pend(id, () => atMs);
  }

  done(key: string, keep: IndexKeep): void {
    this.settle(key, keep);
  }
}

/** A queue that takes every wake-up and loses it. */
const deaf = {
  schedule: async () => undefined,
  cancel: async () => undefined,
  list: async () => [],
  process: () => ({ close: async () => undefined }),
} as unknown as Jobs;

function asked(id: string, atMs: number, clock: Clock = new SystemClock()) {
  const index = new Letters();
  const keep = new MemoryKeep();
  index.apply({ id, atMs } as IndexedEvent);
  index.afterBatch(keep);
  const ran: string[] = [];
  const run = async (keys: readonly string[]): Promise<void> => {
    ran.push(...keys);
    for (const key of keys) index.done(key, keep);
  };
  const process = { name: 'letters', index, run };
  const runner = new ProcessRunner({ process, jobs: deaf, clock, onError: () => undefined });
  runner.start();
  return { index, ran, runner };
}

it('runs a key whose wake-up was lost, soon after it was due', async () => {
  const { ran, runner } = asked('a', Date.now() + 100);
  await delay(1500);
  await runner.close();
  expect(ran).toEqual(['a']);
});

it('runs a key at once whose time was counted from a clock that was days ahead', async () => {
  const { ran, runner } = asked('a', Date.now() + 3 * DAY_MS);
  await delay(100);
  await runner.close();
  expect(ran).toEqual(['a']);
});

it('runs what it had in hand, and what waited, soon after the clock was put right that was days ahead', async () => {
  let aheadMs = 3 * DAY_MS;
  const clock = { now: () => Date.now() + aheadMs, elapsedMs: () => performance.now() };
  const { index, ran, runner } = asked('a', clock.now() + 1_900, clock);
  index.apply({ id: 'b', atMs: clock.now() + 60_000 } as IndexedEvent);
  index.afterBatch(new MemoryKeep());
  expect([...index.queue.entries()].map(([key]) => key)).toEqual(['b']);
  aheadMs = 0;
  await delay(1_300);
  await runner.close();
  expect(ran.sort()).toEqual(['a', 'b']);
});

it('leaves what it had in hand to the next one when it is closed, for when it is due', async () => {
  const dueMs = Date.now() + 1500;
  const { index, ran, runner } = asked('a', dueMs);
  expect(index.queue.size).toBe(0);
  await runner.close();
  expect([ran, [...index.queue.entries()]]).toEqual([[], [['a', dueMs]]]);
});

it('is closed when what runs has ended, and leaves the rest to the next one', async () => {
  const index = new Letters();
  const keep = new MemoryKeep();
  const keys = Array.from({ length: 50 }, (_, n) => `k${n}`);
  for (const id of keys) index.apply({ id, atMs: Date.now() } as IndexedEvent);
  index.afterBatch(keep);
  const ran: string[] = [];
  const run = async ([key]: readonly string[]): Promise<void> => {
    ran.push(key!);
    await delay(100);
    index.done(key!, keep);
  };
  const process = { name: 'letters', index, run, concurrency: 4 };
  const runner = new ProcessRunner({
    process,
    jobs: deaf,
    clock: new SystemClock(),
    onError: () => undefined,
  });
  runner.start();
  await delay(50);
  await runner.close();
  expect(ran).toHaveLength(4);
  const left = [...index.queue.entries()].map(([key]) => key);
  expect([...ran, ...left].sort()).toEqual([...keys].sort());
});

it('a key that is asked for again and settled in one batch, just as its run fails, is pending no more', async () => {
  const index = new Letters();
  const keep = new MemoryKeep();
  const ask = (): void => index.apply({ id: 'a', atMs: Date.now() } as IndexedEvent);
  ask();
  index.afterBatch(keep);
  const run = async (): Promise<void> => {
    throw new Error('the answer was lost');
  };
  // What is folded in the same turn, before anybody else knows of the failure.
  const onError = (): void =>
    queueMicrotask(() => {
      ask();
      index.done('a', keep);
      index.afterBatch(keep);
    });
  const process = { name: 'letters', index, run };
  const runner = new ProcessRunner({ process, jobs: deaf, clock: new SystemClock(), onError });
  runner.start();
  await delay(50);
  expect([runner.figures().pending, [...keep.entries]]).toEqual([0, []]);
  await runner.close();
});
