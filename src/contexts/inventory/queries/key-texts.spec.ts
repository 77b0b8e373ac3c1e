import { InventoryNode } from '../../../../test/support/inventory-node.js';
import { MemoryEventStore } from '../../../../test/support/memory-event-store.js';
import { MemoryKeyStore } from '../../../../test/support/memory-key-store.js';
import { SequentialEventStore } from '../../../../test/support/sequential-event-store.js';
import { sealText, Vault } from '../../../platform/security/vault.js';
import type { TakenKeys } from '../events/lot.events.js';
import type { SerialIndex } from '../indexes/serial-index.js';
import { KeyTexts } from './key-texts.js';

let store: MemoryEventStore;
let keys: MemoryKeyStore;
let node: InventoryNode;
beforeEach(async () => {
  store = new MemoryEventStore();
  keys = new MemoryKeyStore();
  node = await InventoryNode.start(store, keys);
  await node.createPackage('a');
  await node.add(
    'a',
    Array.from({ length: 200 }, (_, slot) => ({ text: `KEY ${slot}`, serial: `SN-${slot}` })),
  );
});
afterEach(() => node.close());

it('every text is read from its own slot, at once on an engine that answers at once', () => {
  const texts = Array.from({ length: 200 }, (_, slot) => node.texts.read(1, slot));
  expect(texts).toEqual(texts.map((_, slot) => ({ text: `KEY ${slot}`, serial: `SN-${slot}` })));
});

it('the same is read, later, from a store that answers later', async () => {
  const texts = new KeyTexts(new SequentialEventStore(store), new Vault(keys), 'kf', node.serials);
  expect(await texts.read(1, 199)).toEqual({ text: 'KEY 199', serial: 'SN-199' });
});

it('a few reads of the store serve many keys', () => {
  let reads = 0;
  const readStream = store.readStream.bind(store);
  store.readStream = (...args) => {
    reads += 1;
    return readStream(...args);
  };
  for (let slot = 0; slot < 200; slot += 1) node.texts.read(1, slot);
  expect(reads).toBe(2);
});

it('there is no text in a slot or a lot that does not exist', () => {
  for (const [lot, slot] of [
    [1, 200],
    [1, 999],
    [2, 0],
  ] as const) {
    expect(() => node.texts.read(lot, slot)).toThrow(RangeError);
  }
});

it('a text is gone when its data key is destroyed, whatever was read before', async () => {
  node.texts.read(1, 0);
  await keys.destroy('lot-1');
  node.vault.forget();
  expect(() => node.texts.read(1, 0)).toThrow(expect.objectContaining({ code: 'Erased' }));
});

/** Puts what was read of the lot's intakes back as `change` made it. */
function rewrite(change: (intake: TakenKeys & { firstSlot: number }) => TakenKeys): void {
  const readStream = store.readStream.bind(store);
  store.readStream = (...args) =>
    readStream(...args).map((event) =>
      event.type === 'KeysTakenIn'
        ? { ...event, data: Buffer.from(JSON.stringify(change(JSON.parse(event.data.toString())))) }
        : event,
    );
}

it('ciphertexts that were moved to other slots do not open', () => {
  let first: string | undefined;
  rewrite((intake) => {
    first ??= intake.texts;
    return { ...intake, texts: first };
  });
  expect(node.texts.read(1, 0)).toMatchObject({ text: 'KEY 0' });
  expect(() => node.texts.read(1, 40)).toThrow(expect.objectContaining({ code: 'Damaged' }));
});

it('a corrected serial number is told in place of the one that came in, also where it was taken away', () => {
  const corrections = new Map<number, string | null>([
    [1_000, null],
    [1_001, 'SN-NEW'],
  ]);
  const serials = { corrected: (key: number) => corrections.get(key) } as SerialIndex;
  const texts = new KeyTexts(store, new Vault(keys), 'kf', serials);
  expect([0, 1, 2].map((slot) => texts.stored(1, slot))).toMatchObject([
    { serial: null },
    { serial: 'SN-NEW' },
    { serial: 'SN-2' },
  ]);
});

it('texts that were sealed each for itself, as they once were, are read', async () => {
  const dataKey = await keys.obtain('lot-1');
  const sealed = (slot: number) => sealText(dataKey, `kf.lot-1|text|${slot}`, `OLD ${slot}`);
  rewrite(({ firstSlot, keys: taken }) => ({
    ...{ firstSlot, keys: taken.map((key, index) => ({ ...key, text: sealed(firstSlot + index) })) },
  }));
  const texts = Array.from({ length: 200 }, (_, slot) => node.texts.read(1, slot));
  expect(texts).toEqual(texts.map((_, slot) => ({ text: `OLD ${slot}`, serial: `SN-${slot}` })));
});
