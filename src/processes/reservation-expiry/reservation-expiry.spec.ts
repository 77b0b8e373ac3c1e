import { MemoryKeep } from '../../../test/support/index-keep.js';
import { iso, openedLot, reserved } from '../../../test/support/lot-history.js';
import { ManualClock } from '../../../test/support/manual-clock.js';
import { MemoryEventStore } from '../../../test/support/memory-event-store.js';
import { type Gate, SequentialEventStore } from '../../../test/support/sequential-event-store.js';
import { Lot } from '../../contexts/inventory/index.js';
import { Wallet, type WalletEvent } from '../../contexts/wallets/index.js';
import type { EventStore } from '../../platform/event-store/event-store.js';
import { openExecutor } from '../../platform/execution/open-executor.js';
import { systemContext } from '../../platform/execution/system-context.js';
import { StoredIndexedEvent } from '../../platform/indexes/local-index.js';
import { SystemIds } from '../../platform/kernel/ids.js';
import { NoSnapshots } from '../../platform/snapshots/snapshot-store.js';
import { OpenReservationIndex } from './open-reservations.index.js';
import { reservationExpiry } from './reservation-expiry.js';

const WALLET = 'owner.main.AZN';
const DEADLINE_MS = 10_000;
const LATER_MS = 20_000;
const ids = new SystemIds();
const clock = new ManualClock(0);
let store: MemoryEventStore;

const executorOn = (engine: EventStore) =>
  openExecutor({ store: engine, snapshots: new NoSnapshots(), clock, ids, namespace: 'kf' });
const shared = (gate?: Gate): EventStore => new SequentialEventStore(store, gate);

const held = (reservation: string, lot: number, deadlineMs = DEADLINE_MS): WalletEvent => ({
  type: 'FundsHeld',
  data: {
    hold: { kind: 'reservation', key: `reservation:${reservation}` },
    ...{ amount: '100', currency: 'AZN', deadline: iso(deadlineMs) },
    reservation: {
      ...{ reservation, partner: 'partner', wallet: WALLET, shown: true, lot, lotRevision: -1 },
      ...{ shownKeysTo: 'stock', sale: null },
    },
  },
});

/** Reservations `a` and `b` of lot 1 and `c` of lot 2 are due, `d` of lot 1 is not, and `e` never got a key of lot 2. */
beforeEach(async () => {
  store = new MemoryEventStore();
  clock.nowMs = 0;
  const later = { deadline: iso(LATER_MS) };
  await executorOn(store).run(systemContext(ids, 'test'), (tx) => {
    tx.append(Lot, '1', [
      ...openedLot(null, null, null),
      ...[reserved(0, 'a'), reserved(1, 'b'), reserved(2, 'd', later)],
    ]);
    tx.append(Lot, '2', [...openedLot(null), reserved(0, 'c')]);
    tx.append(Wallet, WALLET, [
      held('a', 1),
      held('c', 2),
      held('b', 1),
      held('d', 1, LATER_MS),
      held('e', 2),
    ]);
  });
  clock.nowMs = DEADLINE_MS;
});

function openReservations(keep = new MemoryKeep()): OpenReservationIndex {
  const index = new OpenReservationIndex();
  for (const stored of store.events) {
    const event = new StoredIndexedEvent(stored, 'kf.'.length);
    if (event.category === 'wallet') index.apply(event, keep);
  }
  index.afterBatch(keep);
  return index;
}

const pending = (index: OpenReservationIndex): [string, number][] => [...index.queue.entries()].sort();
const processOn = (engine: EventStore, index = openReservations()) =>
  reservationExpiry({ executor: executorOn(engine), ids, index, terms: { cooldownMs: 0 } });

/** What has happened since the reservations were made. */
const happened = () =>
  store.events.slice(13).map(({ stream, type, data }) => {
    const { reservation, hold } = JSON.parse(data.toString());
    return `${stream} ${type} ${reservation ?? hold}`;
  });
const ENDED = [
  'kf.lot-1 ReservationExpired a',
  'kf.lot-1 ReservationExpired b',
  'kf.lot-2 ReservationExpired c',
  'kf.lot-2 ReservationRefused e',
  ...['a', 'b', 'c', 'e'].map((id) => `kf.wallet-${WALLET} FundsReleased reservation:${id}`),
];

describe.each([
  ['one commit', () => store],
  ['stream by stream', shared],
])('what is due, by %s', (_, engine) => {
  it('ends together: each key once, then all of the money', async () => {
    const index = openReservations();
    const keys = index.queue.takeDue(clock.now(), 10).sort();
    expect(keys).toHaveLength(4);
    await processOn(engine(), index).run(keys);
    expect(happened()).toEqual(ENDED);
    expect(pending(openReservations())).toEqual([[`${WALLET}|d`, LATER_MS]]);
  });

  it('is nothing the second time, and nothing before its deadline', async () => {
    const keys = pending(openReservations()).map(([key]) => key);
    const expiry = processOn(engine());
    await Promise.all([expiry.run(keys), expiry.run([...keys].reverse())]);
    await processOn(engine()).run(keys);
    expect([...happened()].sort()).toEqual([...ENDED].sort());
  });
});

it('goes on where another node died between keys and money', async () => {
  const index = openReservations();
  const keys = index.queue.takeDue(clock.now(), 10).sort();
  const dying = new SequentialEventStore(store, async ({ batch, phase }) =>
    phase === 'after' && batch.some(({ stream }) => stream === 'kf.lot-1') ? 'crash' : 'continue',
  );
  void processOn(dying, index).run(keys);
  await dying.whenCrashed;
  expect(happened()).toEqual(ENDED.slice(0, 2));
  expect(pending(openReservations())).toHaveLength(5);
  await processOn(shared()).run(keys);
  expect([...happened()].sort()).toEqual([...ENDED].sort());
});

it('what is pending is known after a restart, without what was settled', async () => {
  const keep = new MemoryKeep();
  const index = openReservations(keep);
  await processOn(store).run([`${WALLET}|a`]);
  for (const stored of store.events.slice(13)) index.apply(new StoredIndexedEvent(stored, 3), keep);
  index.afterBatch(keep);
  const restarted = new OpenReservationIndex();
  restarted.restore(keep.entries as Map<string, unknown>);
  expect(pending(restarted)).toEqual(
    ['b', 'c', 'd', 'e'].map((id) => [`${WALLET}|${id}`, id === 'd' ? LATER_MS : DEADLINE_MS]),
  );
});
