import { EventStoreError } from '../event-store/event-store.js';
import { StoreUnavailable } from '../kernel/store-unavailable.js';
import { seldom, TOLD_EVERY_MS, tellingOutagesSeldom } from './seldom.js';

it('what comes all the time is told at once, and then seldom, with how often it came', () => {
  let nowMs = 1;
  const lines: object[] = [];
  const tell = seldom(
    (unsaid, reason: string) => lines.push({ reason, ...unsaid }),
    () => nowMs,
  );
  for (const reason of ['first', 'second', 'third']) tell(reason);
  nowMs += TOLD_EVERY_MS - 1;
  tell('fourth');
  nowMs += 1;
  tell('fifth');
  nowMs += TOLD_EVERY_MS;
  tell('sixth');
  expect(lines).toEqual([{ reason: 'first' }, { reason: 'fifth', unsaid: 3 }, { reason: 'sixth' }]);
});

it('outages are told seldom, and every other error as often as it comes', () => {
  const lines: string[] = [];
  const tell = tellingOutagesSeldom((_, error, key: string) =>
    lines.push(`${key}: ${(error as Error).message}`),
  );
  const away = [
    new StoreUnavailable('MongoDB is away'),
    new EventStoreError('Unavailable', 'EventStoreDB is away', 'unknown'),
    new EventStoreError('StorageFull', 'the disk is full', 'nothing'),
    new Error('nothing was sold', { cause: new StoreUnavailable('MongoDB is away') }),
  ];
  const others = [
    new EventStoreError('Damaged', 'damaged', 'nothing'),
    new Error('a bug'),
    new Error('a bug'),
  ];
  for (const [key, error] of [...away, ...others, ...away].entries()) tell(error, `key ${key}`);
  expect(lines).toEqual(['key 0: MongoDB is away', 'key 4: damaged', 'key 5: a bug', 'key 6: a bug']);
});
