import { ManualClock } from '../../../../test/support/manual-clock.js';
import { MemoryEventStore } from '../../../../test/support/memory-event-store.js';
import type { IdempotencyStore, RememberedRequest } from '../../../platform/idempotency/idempotency-store.js';
import { SystemIds } from '../../../platform/kernel/ids.js';
import { KeyedHash } from '../../../platform/security/keyed-hash.js';
import { IdempotentRequests } from './idempotent-requests.js';

const DAY_MS = 86_400_000;
const REQUEST = { accountId: 'a', route: 'POST /suppliers', key: 'k', content: '{}' };

/** What a node does with a request that another one began so much later by its clock, and has not answered. */
async function repeated(aheadMs: number): Promise<string> {
  const clock = new ManualClock();
  const kept = new Map<string, RememberedRequest>();
  const store = {
    isShared: true,
    claim: async (key: string, request: RememberedRequest) => {
      const found = kept.get(key) ?? null;
      if (!found) kept.set(key, request);
      return found;
    },
    replace: async () => true,
  } as unknown as IdempotencyStore;
  const hashes = new KeyedHash(Buffer.alloc(32, 1));
  const node = () =>
    new IdempotentRequests(store, new MemoryEventStore(), null as never, hashes, clock, new SystemIds());
  clock.nowMs += aheadMs;
  await node().begin(REQUEST);
  clock.nowMs -= aheadMs;
  return node()
    .begin(REQUEST)
    .then(
      () => 'begun anew',
      (error: Error) => error.message,
    );
}

it('a request that another process may be at work on is waited for, also where its clock is ahead', async () => {
  for (const aheadMs of [-30_000, 0, 3_600_000])
    expect(await repeated(aheadMs)).toMatch('still being worked on');
  expect(await repeated(-61_000)).toBe('begun anew');
});

it('one that was begun by a clock which was days ahead is not waited for until that time comes', async () => {
  expect(await repeated(3 * DAY_MS)).toBe('begun anew');
});
