import { InventoryNode, testContext } from '../../../../test/support/inventory-node.js';
import { MemoryEventStore } from '../../../../test/support/memory-event-store.js';
import { MemoryKeyStore } from '../../../../test/support/memory-key-store.js';
import { QuarantineKey, QuarantineKeyHandler } from './quarantine-key.js';
import { RetireKey, RetireKeyHandler } from './retire-key.js';
import { RevealKey, RevealKeyHandler } from './reveal-key.js';

let store: MemoryEventStore;
let node: InventoryNode;
beforeEach(async () => {
  store = new MemoryEventStore();
  node = await InventoryNode.start(store, new MemoryKeyStore());
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
