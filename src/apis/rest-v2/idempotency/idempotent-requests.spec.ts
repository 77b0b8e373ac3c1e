import { ManualClock } from '../../../../test/support/manual-clock.js';
import { MemoryEventStore } from '../../../../test/support/memory-event-store.js';
import { MemoryKeyStore } from '../../../../test/support/memory-key-store.js';
import type { IdempotencyStore, RememberedRequest } from '../../../platform/idempotency/idempotency-store.js';
import { SystemIds } from '../../../platform/kernel/ids.js';
import { KeyedHash } from '../../../platform/security/keyed-hash.js';
import { Vault } from '../../../platform/security/vault.js';
import { type Attempt, IdempotentRequests, type KeptAnswer } from './idempotent-requests.js';

const DAY_MS = 86_400_000;
const REQUEST = { accountId: 'a', route: 'POST /suppliers', key: 'k', content: '{}' };

/** Requests in memory. */
function memoryStore(): IdempotencyStore {
  const kept = new Map<string, RememberedRequest>();
  return {
    isShared: true,
    claim: async (key: string, request: RememberedRequest) => {
      const found = kept.get(key) ?? null;
      if (!found) kept.set(key, request);
      return found;
    },
    replace: async (key: string, _: string, request: RememberedRequest) => {
      kept.set(key, request);
      return true;
    },
    forget: async (begunBeforeMs: number) => {
      const old = [...kept].filter(([, { begunAtMs }]) => begunAtMs < begunBeforeMs);
      for (const [key] of old) kept.delete(key);
      return old.length;
    },
  } as unknown as IdempotencyStore;
}

const node = (store: IdempotencyStore, clock: ManualClock, events = new MemoryEventStore()) =>
  new IdempotentRequests(
    store,
    events,
    new Vault(new MemoryKeyStore()),
    new KeyedHash(Buffer.alloc(32, 1)),
    clock,
    new SystemIds(),
  );

/** What a node does with a request that another one began so much later by its clock, and has not answered. */
async function repeated(aheadMs: number): Promise<string> {
  const clock = new ManualClock();
  const store = memoryStore();
  clock.nowMs += aheadMs;
  await node(store, clock).begin(REQUEST);
  clock.nowMs -= aheadMs;
  return node(store, clock)
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

it('one whose append was in doubt is not carried out again, where that was stored after the answer', async () => {
  const clock = new ManualClock();
  const [events, ids] = [new MemoryEventStore(), new SystemIds()];
  const requests = node(memoryStore(), clock, events);
  const attempt = (await requests.begin(REQUEST)) as Attempt;
  await requests.fail(attempt, 'doubtful');
  const metadata = Buffer.from(`{"causationId":"${attempt.request.attemptId}"}`);
  const late = { id: ids.uuid(), type: 'SupplierAdded', data: Buffer.from('{}'), metadata };
  await events.append([{ stream: 'kf.supplier-1', expectedRevision: -1, events: [late] }]);
  await expect(requests.begin(REQUEST)).rejects.toThrow('still being worked on');
  clock.advance(61_000);
  await expect(requests.begin(REQUEST)).rejects.toThrow('was carried out');
});

describe('a request that was answered', () => {
  const ANSWER: KeptAnswer = { status: 201, headers: {}, body: { id: 7 } };
  const HOUR_MS = 3_600_000;
  let clock: ManualClock;
  let requests: IdempotentRequests;
  const pass = async (hours: number): Promise<void> => {
    for (let hour = 0; hour < hours; hour += 1) {
      clock.advance(HOUR_MS);
      await requests.forgetOld();
    }
  };

  beforeEach(async () => {
    clock = new ManualClock();
    requests = node(memoryStore(), clock);
    await requests.onModuleInit();
    await requests.keep((await requests.begin(REQUEST)) as Attempt, ANSWER);
  });
  afterEach(() => requests.onApplicationShutdown());

  it('is answered again, and not carried out, while a clock is ahead and after it was put right', async () => {
    clock.nowMs += 3 * DAY_MS;
    expect(await requests.begin(REQUEST)).toEqual(ANSWER);
    await pass(2);
    clock.nowMs -= 3 * DAY_MS;
    expect(await requests.begin(REQUEST)).toEqual(ANSWER);
  });

  it('is forgotten a day later, also where a clock was set ahead for good', async () => {
    clock.nowMs += 3 * DAY_MS;
    await pass(22);
    expect(await requests.begin(REQUEST)).toEqual(ANSWER);
    await pass(4);
    expect(await requests.begin(REQUEST)).toHaveProperty('request.answer', null);
  });
});
