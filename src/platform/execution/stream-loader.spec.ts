import { type EventStore, MAX_READ_EVENTS, type RecordedEvent } from '../event-store/event-store.js';
import type { Aggregate, DomainEvent } from '../kernel/aggregate.js';
import { NoSnapshots } from '../snapshots/snapshot-store.js';
import { StreamLoader } from './stream-loader.js';

const PAGES = 20_000;

/** A full page, of events that cost nothing to look at. */
const fullPage = (): RecordedEvent[] =>
  ({ length: MAX_READ_EVENTS, at: () => undefined, *[Symbol.iterator]() {} }) as unknown as RecordedEvent[];

/** A store that answers so many pages of a stream at once. */
function storeOf(pages: number): { store: Pick<EventStore, 'readStream'>; asked: number[] } {
  const asked: number[] = [];
  const readStream = (_: string, { from = 0 } = {}): RecordedEvent[] => {
    asked.push(from);
    return asked.length > pages ? [] : fullPage();
  };
  return { store: { readStream }, asked };
}

const Count: Aggregate<number, DomainEvent> = {
  category: 'count',
  stateVersion: 1,
  initial: 0,
  evolve: (state) => state + 1,
};

it.each([
  ['loads', (loader: StreamLoader) => loader.load(Count, 's')],
  [
    'reads the history of',
    (loader: StreamLoader) => loader.history(Count, 's', 0, PAGES * MAX_READ_EVENTS + 1),
  ],
])('%s a stream of tens of millions of events', (_, use) => {
  const { store, asked } = storeOf(PAGES);
  expect(use(new StreamLoader(store as EventStore, new NoSnapshots()))).toBeDefined();
  expect(asked).toHaveLength(PAGES + 1);
  expect(asked.at(-1)).toBe(PAGES * MAX_READ_EVENTS);
});
