import { keyIdOf } from '../../../../projections/inventory/key-ids.js';
import { keys, searchedLastFour } from '../../../../projections/inventory/keys.projection.js';
import { lots } from '../../../../projections/inventory/lots.projection.js';
import { TemporaryReadStores } from '../../../../test/support/temporary-read-store.js';
import type { KeySearch } from '../../../contexts/inventory/index.js';
import { NO_MANIFEST, ReadModels } from '../../../platform/projections/read-models.js';
import type { ReadDocument, ReadStore } from '../../../platform/read-store/read-store.js';
import { KeyFinder } from './key.finder.js';
import type { KeySelections } from './key.selection.js';

const HASH = 'the-keyed-hash-of-four-characters';
const SELECTION = { packageIds: null, status: undefined };

const stores = new TemporaryReadStores();
let store: ReadStore;
let finder: KeyFinder;
let position = 0n;
let opened = 0;

/** Documents as the projections make them, of one key for each of these lots. */
async function takeIn(
  numbers: readonly number[],
  change: (key: ReadDocument) => ReadDocument = (key) => key,
) {
  const at = '2026-03-01T10:00:00.000Z';
  const documents = numbers.map((lot): [number, ReadDocument] => {
    const metadata = { id: `${lot}`, at, actor: { kind: 'system', id: '' }, surface: 'system' } as never;
    const opened = { type: 'LotOpened', data: { package: 'p', keys: 1 }, ...(metadata as object) };
    const key = keys.evolve(null, opened as never, keyIdOf(lot, 0))!;
    const said = { lastFour: searchedLastFour(HASH), serial: `SN-${lot}` };
    return [keyIdOf(lot, 0), change({ ...key, ...said } as ReadDocument)];
  });
  const byLot = numbers.map((lot): [number, ReadDocument] => [lot, { _id: lot }]);
  position += 1n;
  await store.write({
    position,
    writes: [
      { collection: 'keys', documents: new Map(documents) },
      { collection: 'lots', documents: new Map(byLot) },
    ],
    checkpoint: { key: 'live', value: null },
  });
}

const lotsFound = async (text = '9876'): Promise<number[]> =>
  (await finder.find(SELECTION, text, false)).map(({ _id }) => Math.floor(Number(_id) / keyIdOf(1, 0)));

beforeEach(async () => {
  opened += 1;
  store = stores.open(`${opened}`);
  for (const { name, indexes } of [keys, lots]) await store.openCollection({ name, indexes });
  const models = new ReadModels(store);
  models.advance({ ...NO_MANIFEST, collections: { keys: 'keys', lots: 'lots' } });
  const search = {
    withText: () => [],
    lastFourOf: (text: string) => (text === '9876' ? [HASH, `${HASH}-in-another-form`] : []),
  };
  finder = new KeyFinder(
    models,
    { includes: () => true } as unknown as KeySelections,
    search as unknown as KeySearch,
  );
});
afterAll(() => stores.remove());

describe('a search by last four characters', () => {
  it('finds nothing before there are lots', async () => {
    expect(await lotsFound()).toEqual([]);
  });

  it('finds the keys of all lots, the newest groups of them first', async () => {
    await takeIn([0, 1, 6_399, 6_400, 33_599, 33_600, 39_999]);
    expect(await lotsFound()).toEqual([39_999, 33_600, 33_599, 6_400, 6_399, 0, 1]);
  });

  it('finds keys that were made before lots had groups', async () => {
    await takeIn([3, 7_000], ({ lotGroup: _, ...key }: ReadDocument & { lotGroup?: number }) => key);
    await takeIn([6_000]);
    expect((await lotsFound()).sort()).toEqual([3, 6_000, 7_000]);
  });

  it('ends after the newest eight hundred thousand lots', async () => {
    await takeIn([15, 16, 800_015]);
    expect(await lotsFound()).toEqual([800_015, 16]);
  });
});

describe('a search by the beginning of a serial number', () => {
  it('finds the keys of all lots, the newest groups of them first', async () => {
    await takeIn([0, 1, 12, 120, 1_200, 6_399, 6_400, 120_000]);
    expect(await lotsFound('SN-12')).toEqual([120_000, 1_200, 120, 12]);
    expect(await lotsFound('SN-640')).toEqual([6_400]);
    expect(await lotsFound('12')).toEqual([]);
  });

  it('finds keys that were made before lots had groups', async () => {
    await takeIn([3, 7_000], ({ lotGroup: _, ...key }: ReadDocument & { lotGroup?: number }) => key);
    expect(await lotsFound('SN-7')).toEqual([7_000]);
  });
});
