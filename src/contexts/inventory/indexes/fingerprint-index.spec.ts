import { indexEvent, MemoryKeep } from '../../../../test/support/index-keep.js';
import { openedLot, retired } from '../../../../test/support/lot-history.js';
import type { LotEvent } from '../events/lot.events.js';
import { FingerprintIndex } from './fingerprint-index.js';

let keep: MemoryKeep;
let index: FingerprintIndex;
let position = 0;
beforeEach(() => {
  keep = new MemoryKeep();
  index = new FingerprintIndex();
  index.attach(keep);
});

const apply = (lot: number, ...events: LotEvent[]): void => {
  for (const event of events) {
    position += 1;
    index.apply(indexEvent('lot', lot, event, position), keep);
  }
};
const voided: LotEvent = { type: 'LotVoided', data: { reason: 'test' } };
const restart = (): void => {
  index = new FingerprintIndex();
  index.attach(keep);
};

it('a fingerprint leads to the newest key that has it', () => {
  apply(1, ...openedLot(null, null));
  expect([index.find('fingerprint-1'), index.find('fingerprint-9')]).toEqual([1001, null]);
  apply(2, ...openedLot(null, null));
  expect(index.find('fingerprint-1')).toBe(2001);
});

it('a retired key is marked', () => {
  apply(1, ...openedLot(null, null), retired(1));
  expect([index.wasRetired(1000), index.wasRetired(1001)]).toEqual([false, true]);
});

it('a lot is reflected with its last key, and only then', () => {
  const [opened, taken] = openedLot(null) as [LotEvent, LotEvent];
  apply(1, opened);
  expect([index.reflects(1), index.reflectedThrough]).toEqual([false, 0]);
  apply(1, taken);
  expect([index.reflects(1), index.reflectedThrough]).toEqual([true, 1]);
});

it('lots may appear in another order, or be closed; everything up to a lot is there when all before it are', () => {
  apply(3, ...openedLot(null));
  apply(2, voided);
  expect([index.reflects(3), index.reflects(1), index.reflectedThrough]).toEqual([true, false, 0]);
  restart();
  expect([index.reflects(3), index.reflects(2), index.reflectedThrough]).toEqual([true, true, 0]);
  apply(1, ...openedLot(null));
  expect(index.reflectedThrough).toBe(3);
  restart();
  expect(index.reflectedThrough).toBe(3);
});

it('whoever waits for a lot hears when it is there, or that it took too long', async () => {
  const soon = index.whenReflected(1, 1000);
  const never = index.whenReflected(2, 5);
  apply(1, ...openedLot(null));
  expect(await Promise.all([soon, never, index.whenReflected(1, 0)])).toEqual([true, false, true]);
});

it('the settled lines of an import are merged, whatever the order of its lots', () => {
  const lines = (fromLine: number, toLine: number): LotEvent[] =>
    openedLot(null).map((event) =>
      event.type === 'LotOpened'
        ? { ...event, data: { ...event.data, import: { id: 'i', fromLine, toLine } } }
        : event,
    );
  apply(1, ...lines(1, 10));
  apply(2, ...lines(21, 30));
  apply(3, ...lines(41, 50));
  expect(index.settledLines('i')).toEqual([
    [1, 10],
    [21, 30],
    [41, 50],
  ]);
  apply(4, ...lines(11, 20));
  expect(index.settledLines('i')).toEqual([
    [1, 30],
    [41, 50],
  ]);
  expect(index.settledLines('other')).toEqual([]);
});
