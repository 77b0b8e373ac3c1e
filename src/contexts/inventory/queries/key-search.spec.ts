import { setImmediate as nextTurn } from 'node:timers/promises';
import { InventoryNode } from '../../../../test/support/inventory-node.js';
import { MemoryEventStore } from '../../../../test/support/memory-event-store.js';
import { MemoryKeyStore } from '../../../../test/support/memory-key-store.js';
import { KeyedHash } from '../../../platform/security/keyed-hash.js';
import { sealText } from '../../../platform/security/vault.js';
import { KeySearch } from './key-search.js';

const KEYS = 1100;
const textOf = (at: number): string => `PART-${String(at).padStart(5, '0')}-OF-ALL`;

let store: MemoryEventStore;
let keyStore: MemoryKeyStore;
let node: InventoryNode;
let search: KeySearch;
let ids: number[];
beforeAll(async () => {
  store = new MemoryEventStore();
  keyStore = new MemoryKeyStore();
  node = await InventoryNode.start(store, keyStore);
  search = new KeySearch(await KeyedHash.open(keyStore), node.fingerprints, store, node.vault, 'kf');
  await node.createPackage('a');
  const added = await node.add(
    'a',
    Array.from({ length: KEYS }, (_, at) => ({ text: textOf(at) })),
  );
  if (!('added' in added)) throw new Error('the keys were not taken in');
  ids = added.added.map(({ keyId }) => keyId);
  await node.caughtUp();
});
afterAll(() => node.close());

it('a part is found in whichever lot and slot it lies', async () => {
  for (const at of [0, 31, 32, 127, 128, 999, 1000, 1099])
    expect(await search.containing(ids, textOf(at).slice(0, 10), 'normalized')).toEqual([ids[at]]);
  expect(await search.containing(ids, 'part 00', 'normalized')).toEqual(ids.slice(0, 1000));
  expect(await search.containing(ids, 'part-00', 'exact')).toEqual([]);
  expect(await search.containing(ids, ' - ', 'normalized')).toEqual([]);
});

it('only the given keys are looked at', async () => {
  const some = ids.filter((_, at) => at % 300 === 7);
  expect(await search.containing(some, 'OF-ALL', 'normalized')).toEqual(some);
});

it('other work goes on meanwhile', async () => {
  let turns = 0;
  let done = false;
  const searching = search.containing(ids, 'NOWHERE', 'normalized').finally(() => {
    done = true;
  });
  while (!done) {
    await nextTurn();
    turns += 1;
  }
  await searching;
  expect(turns).toBeGreaterThanOrEqual(KEYS / 128);
});

it('a whole text is found, and nothing by what never came in', () => {
  expect(search.withText(textOf(5).toLowerCase())).toEqual([ids[5]]);
  expect(search.withText('NOWHERE')).toEqual([]);
});

it('four characters have hashes to look for, other numbers of them have none', () => {
  expect(search.lastFourOf('abcd')).toHaveLength(2);
  expect(search.lastFourOf('ABCD')).toHaveLength(1);
  expect(search.lastFourOf('\u{1f511}BCD')).toHaveLength(1);
  expect(search.lastFourOf('ABC')).toEqual([]);
  expect(search.lastFourOf('ABCDE')).toEqual([]);
});

it('parts are found in texts that were sealed each for itself, as they once were', async () => {
  const readStream = store.readStream.bind(store);
  const dataKey = await keyStore.obtain('lot-2');
  store.readStream = (...args) =>
    readStream(...args).map((event) => {
      if (event.type !== 'KeysTakenIn') return event;
      const { firstSlot, keys } = JSON.parse(event.data.toString()) as { firstSlot: number; keys: object[] };
      const textsApart = keys.map((key, index) => {
        const slot = firstSlot + index;
        return { ...key, text: sealText(dataKey, `kf.lot-2|text|${slot}`, `OLD ${slot}`) };
      });
      return { ...event, data: Buffer.from(JSON.stringify({ firstSlot, keys: textsApart })) };
    });
  try {
    expect(await search.containing(ids.slice(1000), 'old 7', 'normalized')).toEqual([
      ids[1007],
      ...ids.slice(1070, 1080),
    ]);
  } finally {
    store.readStream = readStream;
  }
});

it('keys that no lot has are passed over', async () => {
  expect(await search.containing([ids[5]!, 2_999, 7_000], 'OF-ALL', 'normalized')).toEqual([ids[5]]);
});

it('keys whose texts were erased are passed over', async () => {
  await keyStore.destroy('lot-1');
  node.vault.forget();
  expect(await search.containing(ids, 'OF-ALL', 'normalized')).toEqual(ids.slice(1000));
});
