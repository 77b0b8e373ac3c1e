import { InventoryNode, testContext } from '../../../../test/support/inventory-node.js';
import { ManualClock } from '../../../../test/support/manual-clock.js';
import { MemoryEventStore } from '../../../../test/support/memory-event-store.js';
import { MemoryIndexStorage } from '../../../../test/support/memory-index-storage.js';
import { MemoryKeyStore } from '../../../../test/support/memory-key-store.js';
import { KeyHistory } from '../queries/key-history.js';
import { QuarantineKey, QuarantineKeyHandler } from './quarantine-key.js';
import { RetireKey, RetireKeyHandler } from './retire-key.js';
import { RetireKeys, RetireKeysHandler } from './retire-keys.js';
import { RevealKey, RevealKeyHandler } from './reveal-key.js';
import { type KeyUpdate, UpdateKey, UpdateKeyHandler } from './update-key.js';

let store: MemoryEventStore;
let keyStore: MemoryKeyStore;
let storage: MemoryIndexStorage;
let node: InventoryNode;
beforeEach(async () => {
  store = new MemoryEventStore();
  keyStore = new MemoryKeyStore();
  storage = new MemoryIndexStorage();
  node = await InventoryNode.start(store, keyStore, new ManualClock(), storage);
  await node.createPackage('a');
  await node.add('a', [{ text: 'ONE' }, { text: 'TWO' }]);
});
afterEach(() => node.close());

const last = () => {
  const { type, data } = store.events.at(-1)!;
  return { type, data: JSON.parse(data.toString()) };
};

it('a key is retired by its id', async () => {
  const handler = new RetireKeyHandler(node.executor);
  expect(await handler.execute(new RetireKey(testContext, 1001, 'deleted'))).toBeNull();
  expect(last()).toEqual({ type: 'KeyRetired', data: { slot: 1, reason: 'deleted' } });
  expect(await handler.execute(new RetireKey(testContext, 1002, 'deleted'))).toMatchObject({
    code: 'UnknownKey',
  });
  await node.caughtUp();
  expect(node.stock.available('a')).toBe(1);
});

it('a key is put into quarantine by its id', async () => {
  const handler = new QuarantineKeyHandler(node.executor);
  expect(await handler.execute(new QuarantineKey(testContext, 1000, 'complaint'))).toBeNull();
  expect(last()).toEqual({ type: 'KeyQuarantined', data: { slot: 0, reason: 'complaint' } });
});

it('whoever is shown a key is on record', async () => {
  const handler = new RevealKeyHandler(node.executor, node.texts);
  expect(await handler.execute(new RevealKey(testContext, 1001))).toBe('TWO');
  expect(last()).toEqual({ type: 'KeyRevealed', data: { slot: 1, by: 'staff:admin' } });
  expect(await handler.execute(new RevealKey(testContext, 9000))).toMatchObject({ code: 'UnknownKey' });
});

it('many keys are retired at once, and what cannot be is told in the order of the request', async () => {
  await node.add('a', [{ text: 'THREE' }]);
  const handler = new RetireKeysHandler(node.executor);
  const before = store.events.length;
  const result = await handler.execute(
    new RetireKeys(testContext, [9000, 2000, 1001, 1002, 1000], 'deleted'),
  );
  const unknown = [9000, 1002].map((keyId) => ({ keyId, reason: 'UnknownKey' }));
  expect(result).toEqual({ retired: 3, skipped: unknown });
  expect(store.events.length).toBe(before + 3);
  expect(await handler.execute(new RetireKeys(testContext, [1001], 'deleted'))).toEqual({
    retired: 0,
    skipped: [{ keyId: 1001, reason: 'KeyIsRetired' }],
  });
});

describe('what is told of a key', () => {
  const update = (change: KeyUpdate, keyId = 1000) =>
    new UpdateKeyHandler(node.executor, node.texts, node.preparers).execute(
      new UpdateKey(testContext, keyId, change),
    );

  it('is corrected at once with its status, and the same again changes nothing', async () => {
    const change = { serial: ' SN-1 ', expiresOn: '2027-12-31', status: 'quarantined' } as const;
    expect(await update(change)).toBeNull();
    await node.caughtUp();
    const [changed, moved] = store.events
      .slice(-2)
      .map(({ type, data }) => ({ type, data: JSON.parse(data.toString()) }));
    expect(changed).toEqual({
      type: 'KeyChanged',
      data: { slot: 0, serial: 'SN-1', expiresAt: '2027-12-31T20:00:00.000Z' },
    });
    expect(moved?.type).toBe('KeyQuarantined');
    const count = store.events.length;
    expect(await update(change)).toBeNull();
    expect(store.events.length).toBe(count);
    expect(node.texts.read(1, 0)).toEqual({ text: 'ONE', serial: 'SN-1' });
    expect(await update({ serial: null, expiresOn: null, status: 'available' })).toBeNull();
    await node.caughtUp();
    expect(node.texts.read(1, 0)).toEqual({ text: 'ONE', serial: null });
    expect(node.stock.available('a')).toBe(2);
  });

  it('outlives a restart', async () => {
    await update({ serial: 'SN-NEW' });
    await node.follower.close();
    const again = await InventoryNode.start(store, keyStore, node.clock, storage);
    expect(again.texts.read(1, 0)).toMatchObject({ serial: 'SN-NEW' });
    await again.close();
  });

  it('is refused as a whole', async () => {
    const count = store.events.length;
    expect(await update({ serial: 'a\nb' })).toMatchObject({ code: 'InvalidSerial' });
    expect(await update({ serial: 'S', expiresOn: 'soon' })).toMatchObject({ code: 'InvalidExpiry' });
    for (const keyId of [9000, 1002])
      expect(await update({ serial: 'S' }, keyId)).toMatchObject({ code: 'UnknownKey' });
    expect(store.events.length).toBe(count);
  });
});

it('the history of a key names its own events, however long that of its lot is', async () => {
  const reveal = new RevealKeyHandler(node.executor, node.texts);
  for (let times = 0; times < 300; times += 1) await reveal.execute(new RevealKey(testContext, 1000));
  await reveal.execute(new RevealKey(testContext, 1001));
  const history = new KeyHistory(store, 'kf');
  expect((await history.of(1001)).map(({ change }) => change.type)).toEqual(['KeyTakenIn', 'KeyRevealed']);
  expect(await history.of(1000)).toHaveLength(301);
  expect((await history.of(1001))[1]).toMatchObject({ actor: testContext.actor, surface: 'test' });
  expect([await history.of(1002), await history.of(9000)]).toEqual([[], []]);
});
