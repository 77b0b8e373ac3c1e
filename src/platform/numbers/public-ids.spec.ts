import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { foldEvents } from '../../../test/support/given.js';
import { ManualClock } from '../../../test/support/manual-clock.js';
import { MemoryEventStore } from '../../../test/support/memory-event-store.js';
import { SequentialEventStore } from '../../../test/support/sequential-event-store.js';
import type { EventStore } from '../event-store/event-store.js';
import { openExecutor } from '../execution/open-executor.js';
import { SystemIds } from '../kernel/ids.js';
import { NoSnapshots } from '../snapshots/snapshot-store.js';
import { BLOCK_SIZE, PublicIds, Sequence, type SequenceEvent } from './public-ids.js';

const ids = new SystemIds();
const on = (store: EventStore, firstNumber?: number): PublicIds =>
  new PublicIds(
    openExecutor({ store, snapshots: new NoSnapshots(), clock: new ManualClock(), ids, namespace: 'kf' }),
    ids,
    firstNumber,
  );

it('counts from one, each kind by itself', async () => {
  const numbers = on(new MemoryEventStore());
  expect([await numbers.next('a'), await numbers.next('a'), await numbers.next('b')]).toEqual([1, 2, 1]);
});

it('can begin elsewhere', async () => {
  expect(await on(new MemoryEventStore(), 1000).next('order')).toBe(1000);
});

it('takes one append per block, however many ask at once', async () => {
  const store = new MemoryEventStore();
  const numbers = on(store);
  const got = await Promise.all(Array.from({ length: BLOCK_SIZE * 2 + 1 }, () => numbers.next('a')));
  expect([...got].sort((a, b) => a - b)).toEqual(Array.from({ length: got.length }, (_, i) => i + 1));
  expect(store.events).toHaveLength(3);
});

it('takes the next block when half of one is used, so that nobody waits at its end', async () => {
  const store = new MemoryEventStore();
  const numbers = on(store);
  await numbers.next('a');
  for (let number = 2; number < BLOCK_SIZE / 2; number += 1) expect(numbers.next('a')).toBe(number);
  expect(store.events).toHaveLength(1);
  expect(numbers.next('a')).toBe(BLOCK_SIZE / 2);
  await new Promise(setImmediate);
  expect(store.events).toHaveLength(2);
  for (let number = BLOCK_SIZE / 2 + 1; number <= BLOCK_SIZE + 1; number += 1) {
    expect(numbers.next('a')).toBe(number);
  }
  expect(numbers.edition('a', {})).toBe(1);
});

it('asks again for a block that could not be taken ahead, when it is needed', async () => {
  const store = new MemoryEventStore();
  const numbers = on(store);
  await numbers.next('a');
  const append = jest.spyOn(store, 'append').mockRejectedValue(new Error('no server'));
  for (let number = 2; number <= BLOCK_SIZE; number += 1) expect(numbers.next('a')).toBe(number);
  await new Promise(setImmediate);
  await expect(numbers.next('a')).rejects.toThrow('no server');
  expect(append).toHaveBeenCalledTimes(2);
  append.mockRestore();
  expect(await numbers.next('a')).toBe(BLOCK_SIZE + 1);
});

it('never gives a number twice, over nodes and restarts', async () => {
  const store = new MemoryEventStore();
  const nodes = Array.from({ length: 4 }, () => on(new SequentialEventStore(store)));
  const got = await Promise.all(Array.from({ length: 1000 }, (_, i) => nodes[i % 4]!.next('a')));
  got.push(await on(store).next('a'));
  expect(new Set(got).size).toBe(got.length);
});

it.each([
  ['NumbersTaken.v1', { next: 201, edition: 1 }],
  ['NumbersTaken.v1.edition', { next: 3000, edition: 2 }],
])('stored blocks fold as they always did: %s', (name, state) => {
  const sample = JSON.parse(readFileSync(join(__dirname, `golden/${name}.json`), 'utf8')) as SequenceEvent;
  expect(foldEvents(Sequence, [sample])).toEqual(state);
});

it('keeps to the edition that a kind began with, on every node', async () => {
  const store = new MemoryEventStore();
  const old = on(store);
  expect(await old.next('order')).toBe(1);
  expect(await on(store).edition('order', { edition: 2 })).toBe(1);
  expect(await on(store).edition('other', { edition: 2 })).toBe(2);
  const [one, other] = [on(store), on(store)];
  for (let taken = 0; taken <= BLOCK_SIZE; taken += 1) await one.next('other', { edition: 3 });
  expect(await one.edition('other', { edition: 3 })).toBe(2);
  expect(await other.edition('other', {})).toBe(2);
});
