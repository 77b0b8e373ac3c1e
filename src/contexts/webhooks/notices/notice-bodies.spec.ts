import { setImmediate as turn } from 'node:timers/promises';
import { CallbackNode } from '../../../../test/support/callback-node.js';
import { ManualClock } from '../../../../test/support/manual-clock.js';
import { MemoryEventStore } from '../../../../test/support/memory-event-store.js';
import { MemoryIndexStorage } from '../../../../test/support/memory-index-storage.js';
import { MemoryKeyStore } from '../../../../test/support/memory-key-store.js';
import { BODIES_AT_ONCE } from '../limits.js';
import { NoticeBodies } from './notice-bodies.js';

const PARTNER = 'shop';
const ORDERS = BODIES_AT_ONCE * 6 + 1;

it('a long page is made in order, and lets others come in meanwhile', async () => {
  const store = new MemoryEventStore();
  const node = new CallbackNode({
    ...{ store, indexes: new MemoryIndexStorage(), keys: new MemoryKeyStore() },
    ...{ clock: new ManualClock(), timeoutMs: 1_000 },
  });
  await node.start();
  const references = Array.from({ length: ORDERS }, (_, n) => `O-${n}`);
  for (const reference of references) await node.confirm(PARTNER, reference);
  await node.settled();
  const bodies = new NoticeBodies(store, 'kf');
  const notices = node.index.read(PARTNER, 0, ORDERS);
  let turns = 0;
  let isDone = false;
  const counting = (async () => {
    for (; !isDone; turns += 1) await turn();
  })();
  const page = await bodies.ofAll(PARTNER, notices);
  isDone = true;
  await counting;
  expect(page.map(({ data }) => data.order_id)).toEqual(references);
  expect(page[7]).toEqual(await bodies.of(PARTNER, notices[7]!));
  expect(turns).toBeGreaterThanOrEqual(ORDERS / BODIES_AT_ONCE);
  await node.close();
});
