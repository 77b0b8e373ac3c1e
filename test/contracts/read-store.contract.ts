import type { DocumentId, ReadDocument, ReadStore } from '../../src/platform/read-store/read-store.js';

interface Sale extends ReadDocument {
  readonly _id: string;
  readonly id: number;
  readonly partner: number;
  readonly status: string;
  readonly name: string;
  readonly note?: string | null;
}

const SALES = {
  name: 'sales.v1',
  indexes: [['id'], ['partner', 'id'], ['status', 'partner', 'id'], ['name']],
} as const;

const sale = (id: number, fields: Partial<Sale> = {}): Sale => ({
  _id: `sale-${id}`,
  id,
  partner: id % 3,
  status: id % 2 === 0 ? 'pending' : 'confirmed',
  name: `Sale ${id}`,
  ...fields,
});

async function write(
  store: ReadStore,
  position: number,
  documents: readonly (readonly [DocumentId, ReadDocument | null])[],
  collection: string = SALES.name,
): Promise<void> {
  await store.write({
    position: BigInt(position),
    writes: [{ collection, documents: new Map(documents) }],
    checkpoint: { key: 'live', value: { position } },
  });
}

const put = (document: Sale) => [document._id, document] as const;
const idsOf = (found: readonly Sale[]): number[] => found.map(({ id }) => id);

/** What every read store does. `open` gives a new, empty store; `reopen` closes one and opens its data again. */
export function readStoreContract(
  open: () => Promise<ReadStore>,
  reopen: (store: ReadStore) => Promise<ReadStore>,
): void {
  let store: ReadStore;

  beforeEach(async () => {
    store = await open();
    await store.openCollection(SALES);
  });
  afterEach(async () => {
    await store.close();
  });

  const fill = (count: number) =>
    write(
      store,
      1,
      Array.from({ length: count }, (_, index) => put(sale(index + 1))),
    );
  const find = (options: Parameters<ReadStore['find']>[1]) => store.find<Sale>(SALES.name, options);

  describe('writing', () => {
    it('a document that was written can be read', async () => {
      await write(store, 1, [put(sale(1))]);
      expect(await store.get(SALES.name, 'sale-1')).toEqual(sale(1));
      expect(await store.get(SALES.name, 'sale-2')).toBeNull();
    });

    it('a document is replaced as a whole, and found by its new values alone', async () => {
      await write(store, 1, [put(sale(1, { partner: 7, note: 'first' }))]);
      await write(store, 2, [put(sale(1, { partner: 8 }))]);
      expect(await find({ filter: { partner: 7 } })).toEqual([]);
      expect(await find({ filter: { partner: 8 } })).toEqual([sale(1, { partner: 8 })]);
      expect(await store.count(SALES.name)).toBe(1);
    });

    it('a write that is not newer than the stored document is ignored', async () => {
      await write(store, 5, [put(sale(1, { name: 'new' }))]);
      await write(store, 4, [put(sale(1, { name: 'older' }))]);
      await write(store, 5, [put(sale(1, { name: 'again' }))]);
      expect(idsOf(await find({ filter: { name: 'new' } }))).toEqual([1]);
      expect(await find({ filter: { name: { $in: ['older', 'again'] } } })).toEqual([]);
    });

    it('an older write does not bring a deleted document back', async () => {
      await write(store, 1, [put(sale(1))]);
      await write(store, 5, [['sale-1', null]]);
      await write(store, 4, [put(sale(1))]);
      expect(await store.get(SALES.name, 'sale-1')).toBeNull();
      expect(await find({})).toEqual([]);
      expect(await store.count(SALES.name)).toBe(0);
    });

    it('the writer sees the stamp of what it deleted until a later checkpoint', async () => {
      await write(store, 1, [put(sale(1))]);
      await write(store, 2, [['sale-1', null]]);
      expect((await store.load(SALES.name, ['sale-1'])).get('sale-1')).toEqual({
        position: 2n,
        document: null,
      });
      await write(store, 3, [put(sale(2))]);
      expect((await store.load(SALES.name, ['sale-1'])).size).toBe(0);
    });

    it('the stamp of what is deleted once more is the newer one, until the checkpoint after that', async () => {
      await write(store, 1, [put(sale(1))]);
      await write(store, 2, [['sale-1', null]]);
      await write(store, 3, [['sale-1', null]]);
      expect((await store.load(SALES.name, ['sale-1'])).get('sale-1')?.position).toBe(3n);
      await write(store, 4, []);
      expect((await store.load(SALES.name, ['sale-1'])).size).toBe(0);
    });

    it('a deleted document can be written again', async () => {
      await write(store, 1, [put(sale(1))]);
      await write(store, 2, [['sale-1', null]]);
      await write(store, 3, [put(sale(1, { name: 'back' }))]);
      await write(store, 4, []);
      expect(await find({})).toEqual([sale(1, { name: 'back' })]);
    });

    it('the writer loads documents with the position that they reflect', async () => {
      await write(store, 3, [put(sale(1)), put(sale(2))]);
      const loaded = await store.load(SALES.name, ['sale-2', 'sale-9']);
      expect([...loaded]).toEqual([['sale-2', { position: 3n, document: sale(2) }]]);
    });

    it('a document that cannot be stored leaves nothing of its batch behind', async () => {
      const broken = { ...sale(2), partner: { nested: true } } as unknown as Sale;
      await write(store, 1, []);
      await expect(write(store, 2, [put(sale(1)), put(broken)])).rejects.toThrow();
      expect(await find({})).toEqual([]);
      expect(await store.readCheckpoint('live')).toEqual({ position: 1 });
    });

    it('documents, sizes and checkpoints are there after a restart', async () => {
      await fill(5);
      await write(store, 2, [['sale-5', null]]);
      store = await reopen(store);
      await store.openCollection(SALES);
      expect(await store.count(SALES.name)).toBe(4);
      expect(await store.get(SALES.name, 'sale-3')).toEqual(sale(3));
      expect(await store.readCheckpoint('live')).toEqual({ position: 2 });
      expect(await store.readCheckpoint('other')).toBeNull();
    });
  });

  describe('finding', () => {
    it('filters by equality, ranges, lists and text, with and without an index', async () => {
      await fill(20);
      expect(idsOf(await find({ filter: { id: 7 } }))).toEqual([7]);
      expect(idsOf(await find({ filter: { id: { $gte: 5, $lt: 8 } } }))).toEqual([5, 6, 7]);
      expect(
        idsOf(await find({ filter: { partner: { $in: [0, 2] }, id: { $lte: 5 } }, sort: { id: 1 } })),
      ).toEqual([2, 3, 5]);
      expect(idsOf(await find({ filter: { name: { $regex: '^sale 1$', $options: 'i' } } }))).toEqual([1]);
      expect(idsOf(await find({ filter: { status: 'pending', partner: 1 } }))).toEqual([4, 10, 16]);
    });

    it('a field that is missing or null equals null', async () => {
      await write(store, 1, [put(sale(1)), put(sale(2, { note: null })), put(sale(3, { note: 'x' }))]);
      expect(idsOf(await find({ filter: { note: null }, sort: { id: 1 } }))).toEqual([1, 2]);
    });

    it.each<[string, Record<string, 1 | -1>, Record<string, unknown>]>([
      ['an indexed field', { id: -1 }, {}],
      ['the rest of an index', { id: -1 }, { partner: 1 }],
      ['a field without an index', { status: 1, id: -1 }, {}],
      ['several values of an indexed field', { id: 1 }, { partner: { $in: [2, 0] } }],
      ['the key', { _id: -1 }, {}],
    ])('pages by %s are the whole, each document once', async (_, sort, filter) => {
      await fill(30);
      const whole = await find({ filter, sort });
      const pages: Sale[] = [];
      for (let skip = 0; skip < whole.length; skip += 4)
        pages.push(...(await find({ filter, sort, skip, limit: 4 })));
      expect(pages).toEqual(whole);
      expect(new Set(idsOf(whole)).size).toBe(await store.count(SALES.name, filter));
      const [field, direction] = Object.entries(sort)[0]!;
      const values = whole.map((found) => found[field as keyof Sale]!);
      expect(values).toEqual(values.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0) * direction));
    });

    it('walks far more documents than one chunk holds, in both directions', async () => {
      await fill(1200);
      expect(idsOf(await find({ sort: { id: -1 }, skip: 700, limit: 3 }))).toEqual([500, 499, 498]);
      expect(idsOf(await find({ filter: { partner: 0 }, sort: { id: 1 }, skip: 390 }))).toEqual(
        Array.from({ length: 10 }, (_, index) => 1173 + index * 3),
      );
      expect(await store.count(SALES.name, { status: 'pending' })).toBe(600);
      expect(await store.count(SALES.name, { status: 'pending', name: { $regex: '0$' } })).toBe(120);
    });

    it('what a filter leaves, much or little of the whole, comes in an order that its index does not give', async () => {
      await fill(2400);
      for (const filter of [{ status: 'pending' }, { status: 'pending', partner: 1 }, { id: { $lt: 40 } }]) {
        const matching = await find({ filter, limit: 1000 });
        matching.push(...(await find({ filter, skip: 1000 })));
        const names = matching.map(({ name }) => name).sort();
        expect(names).toHaveLength(await store.count(SALES.name, filter));
        const found = await find({ filter, sort: { name: 1 }, skip: names.length - 5, limit: 3 });
        expect(found.map(({ name }) => name)).toEqual(names.slice(-5, -2));
      }
    });

    it('a deep page does not count what was deleted', async () => {
      await fill(30);
      await write(
        store,
        2,
        [1, 2, 17].map((id) => [`sale-${id}`, null]),
      );
      const whole = await find({ sort: { _id: 1 } });
      expect(whole).toHaveLength(27);
      expect(await find({ sort: { _id: 1 }, skip: 20 })).toEqual(whole.slice(20));
      expect(await find({ sort: { _id: -1 }, skip: 12, limit: 4 })).toEqual(whole.toReversed().slice(12, 16));
    });

    it('negative, fractional and large numbers are in order', async () => {
      const ids = [-1.5, 0, 3, -200, Number.MAX_SAFE_INTEGER, 0.1, -0.1, 1e12];
      await write(
        store,
        1,
        ids.map((id) => put(sale(id))),
      );
      expect(idsOf(await find({ sort: { id: 1 } }))).toEqual(ids.toSorted((a, b) => a - b));
    });

    it('long texts and texts with control characters are told apart', async () => {
      const names = ['a', 'a\0', 'a\0b', 'a\x01', 'b'.repeat(500), `${'b'.repeat(500)}c`, '', 'ё😀'];
      await write(
        store,
        1,
        names.map((name, id) => put(sale(id, { name }))),
      );
      for (const [id, name] of names.entries()) {
        expect(idsOf(await find({ filter: { name } }))).toEqual([id]);
        expect(await store.count(SALES.name, { name })).toBe(1);
      }
    });
  });

  describe('scanning', () => {
    const scan = async (options: Parameters<ReadStore['scan']>[1]): Promise<number[][]> => {
      const batches: number[][] = [];
      for await (const batch of store.scan<Sale>(SALES.name, options)) batches.push(idsOf(batch));
      return batches;
    };

    it.each<[string, Record<string, 1 | -1>, Record<string, unknown>]>([
      ['an indexed field', { id: -1 }, {}],
      ['the rest of an index', { id: 1 }, { status: 'pending', partner: 1 }],
      ['a field beside conditions that no index knows', { id: 1 }, { name: { $regex: '7$' } }],
      ['a field beside a narrower index in another order', { id: -1 }, { name: { $gte: 'Sale 5' } }],
      ['the key', { _id: 1 }, { partner: { $in: [0, 2] } }],
    ])(
      'gives what a search in the order of %s finds, in batches of the wanted size',
      async (_, sort, filter) => {
        await fill(700);
        const batches = await scan({ filter, sort, batch: 40 });
        expect(batches.flat()).toEqual(idsOf(await find({ filter, sort })));
        for (const batch of batches) expect(batch.length).toBeLessThanOrEqual(40);
        expect(batches.length).toBeGreaterThan(1);
      },
    );

    it('finds what several values of an indexed field select, each once', async () => {
      await fill(60);
      const found = (await scan({ filter: { partner: { $in: [2, 0] } } })).flat();
      expect(found.toSorted((a, b) => a - b)).toEqual(
        Array.from({ length: 60 }, (_, index) => index + 1).filter((id) => id % 3 !== 1),
      );
    });

    it('an order that no index gives is refused', async () => {
      await fill(2);
      await expect(scan({ sort: { note: 1 } })).rejects.toThrow(/no index/);
      await expect(
        scan({ filter: { partner: { $in: [1, 2] } }, sort: { partner: 1, name: 1 } }),
      ).rejects.toThrow(/no index/);
    });

    it('an empty answer has no batches', async () => {
      expect(await scan({})).toEqual([]);
      await fill(3);
      expect(await scan({ filter: { name: 'nobody' } })).toEqual([]);
    });

    it('goes on while documents are written, changed and deleted, and gives those that stay exactly once', async () => {
      await fill(100);
      const seen: number[] = [];
      const gone = new Set<number>();
      let position = 1;
      for await (const batch of store.scan<Sale>(SALES.name, { sort: { id: 1 }, batch: 10 })) {
        seen.push(...idsOf(batch));
        position += 1;
        const last = Math.floor(batch.at(-1)!.id);
        gone.add(last + 2);
        await write(store, position, [
          put(sale(last, { status: 'refunded', name: 'changed' })),
          put(sale(last + 1.5, { name: 'between' })),
          [`sale-${last + 2}`, null],
          put(sale(last - 0.5, { name: 'behind' })),
        ]);
      }
      const stay = Array.from({ length: 100 }, (_, index) => index + 1).filter((id) => !gone.has(id));
      expect(seen.filter((id) => stay.includes(id))).toEqual(stay);
      expect(gone.size).toBeGreaterThan(8);
      expect(new Set(seen).size).toBe(seen.length);
    });

    it('who leaves early asks for nothing more', async () => {
      await fill(50);
      for await (const batch of store.scan<Sale>(SALES.name, { sort: { id: 1 }, batch: 5 })) {
        expect(idsOf(batch)).toEqual([1, 2, 3, 4, 5]);
        break;
      }
      expect(await store.count(SALES.name)).toBe(50);
    });
  });

  describe('collections', () => {
    it('a dropped collection is gone, and its name is free', async () => {
      await fill(3);
      await store.dropCollection(SALES.name);
      await store.dropCollection(SALES.name);
      await store.openCollection({ name: SALES.name, indexes: [['name']] });
      expect(await find({})).toEqual([]);
      expect(await store.count(SALES.name)).toBe(0);
      await write(store, 1, [put(sale(4))]);
      expect(idsOf(await find({ filter: { name: 'Sale 4' } }))).toEqual([4]);
    });

    it('refuses other indexes under the same name', async () => {
      store = await reopen(store);
      await expect(store.openCollection({ name: SALES.name, indexes: [['id']] })).rejects.toThrow(/indexes/);
    });

    it('a checkpoint can be removed', async () => {
      await fill(1);
      await store.removeCheckpoint('live');
      expect(await store.readCheckpoint('live')).toBeNull();
    });
  });
}
