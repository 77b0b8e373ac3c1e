import { indexEvent, MemoryKeep } from '../../../../test/support/index-keep.js';
import type { PackageEvent } from '../events/package.events.js';
import type { ProductEvent } from '../events/product.events.js';
import { CatalogIndex } from './catalog-index.js';

type CatalogEvent = [category: string, id: string, event: { type: string; data: unknown }];

const product = (id: string, fields: object): CatalogEvent => [
  'product',
  id,
  {
    type: 'ProductCreated',
    data: { publicId: 1, names: { en: id, ru: null, az: null }, status: 'active', position: null, ...fields },
  },
];
const pkg = (id: string, productId: string, fields: object = {}): CatalogEvent => [
  'package',
  id,
  {
    type: 'PackageCreated',
    data: {
      publicId: 1,
      productId,
      names: { en: id, ru: null, az: null },
      position: null,
      status: 'active',
      hold: false,
      ...fields,
    },
  },
];
const change = (id: string, event: ProductEvent | PackageEvent): CatalogEvent => [
  event.type.startsWith('Product') ? 'product' : 'package',
  id,
  event,
];

/** An index that saw the events, and one that was restored from what the first kept. */
function indexes(...events: CatalogEvent[]) {
  const keep = new MemoryKeep();
  const live = new CatalogIndex();
  live.restore([]);
  for (const [at, event] of events.entries()) live.apply(indexEvent(...event, at + 1), keep);
  const restored = new CatalogIndex();
  restored.restore(keep.entries);
  return { live, restored, both: [live, restored], keep };
}

const ids = (entries: readonly { id: string }[]) => entries.map(({ id }) => id);

describe('the catalogue index', () => {
  it('finds everything by its public number, also after a restart', () => {
    const { both } = indexes(
      ['supplier', 's', { type: 'SupplierRegistered', data: { publicId: 5, name: 'Acme' } }],
      ['category', 'c', { type: 'CategoryCreated', data: { publicId: 12, names: { en: 'Games' } } }],
      product('p', { publicId: 42 }),
      pkg('k', 'p', { publicId: 101 }),
      ['lot', '1', { type: 'LotOpened', data: {} }],
    );
    for (const index of both) {
      expect(index.suppliers.idOf(5)).toBe('s');
      expect(index.productCategories.idOf(12)).toBe('c');
      expect(index.products.idOf(42)).toBe('p');
      expect(index.packages.idOf(101)).toBe('k');
      expect(index.packages.idOf(42)).toBeUndefined();
      expect(index.suppliers.get('s')).toMatchObject({ exists: true, name: 'Acme' });
    }
  });

  it('orders by position with none last, then by name in the language, by code points', () => {
    const { both } = indexes(
      product('none-z', { publicId: 1, names: { en: 'z', ru: 'а', az: null } }),
      product('none-a', { publicId: 2, names: { en: 'a', ru: 'б', az: null } }),
      product('second', { publicId: 3, position: 2 }),
      product('first', { publicId: 4, position: -1 }),
      product('astral', { publicId: 5, names: { en: '\u{1F3AE}', ru: null, az: null } }),
      product('private', { publicId: 6, names: { en: '\uE000', ru: null, az: null } }),
    );
    for (const index of both) {
      expect(ids(index.offeredProducts('en'))).toEqual([
        'first',
        'second',
        'none-a',
        'none-z',
        'private',
        'astral',
      ]);
      expect(ids(index.offeredProducts('ru')).slice(2, 4)).toEqual(['none-z', 'none-a']);
    }
  });

  it('offers what is active, and packages without stock too', () => {
    const { both } = indexes(
      product('p', { publicId: 1 }),
      product('off', { publicId: 2, status: 'inactive' }),
      product('gone', { publicId: 3 }),
      change('gone', { type: 'ProductDeleted', data: {} }),
      pkg('on', 'p', { publicId: 1 }),
      pkg('empty', 'p', { publicId: 2 }),
      change('empty', { type: 'PackageDeactivated', data: { because: 'stock' } }),
      pkg('off', 'p', { publicId: 3, status: 'inactive' }),
      pkg('held', 'p', { publicId: 4, hold: true }),
    );
    for (const index of both) {
      expect(ids(index.offeredProducts('en'))).toEqual(['p']);
      expect(ids(index.offeredPackages('p', 'en'))).toEqual(['empty', 'on']);
      expect([...index.packageIdsOf('p')]).toHaveLength(4);
    }
  });

  it('moves a package to another product', () => {
    const { both } = indexes(
      pkg('k', 'p'),
      change('k', { type: 'PackageChanged', data: { productId: 'q' } }),
    );
    for (const index of both) {
      expect(index.offeredPackages('p', 'en')).toEqual([]);
      expect(ids(index.offeredPackages('q', 'en'))).toEqual(['k']);
    }
  });

  it('gives a product another version when its packages change, but not when their stock does', () => {
    const { live, keep } = indexes(product('p', {}), pkg('k', 'p'));
    const versionAfter = (event: PackageEvent | ProductEvent) => {
      live.apply(indexEvent(...change(event.type.startsWith('Product') ? 'p' : 'k', event), 9), keep);
      return live.versionOf('p');
    };
    const first = live.versionOf('p');
    expect(versionAfter({ type: 'PackageDeactivated', data: { because: 'stock' } })).toBe(first);
    expect(versionAfter({ type: 'PackageActivated', data: { because: 'stock' } })).toBe(first);
    expect(versionAfter({ type: 'PackageDeactivated', data: { because: 'admin' } })).toBe(first + 1);
    expect(versionAfter({ type: 'PackageActivated', data: { because: 'stock' } })).toBe(first + 2);
    expect(versionAfter({ type: 'PackageHeld', data: {} })).toBe(first + 3);
    expect(versionAfter({ type: 'ProductChanged', data: { position: 1 } })).toBe(first + 4);
    expect(versionAfter({ type: 'PackageChanged', data: { productId: 'q' } })).toBe(first + 5);
    expect(live.versionOf('q')).toBe(1);
  });
});
