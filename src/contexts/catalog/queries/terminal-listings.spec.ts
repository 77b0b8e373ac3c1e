import { indexEvent, MemoryKeep } from '../../../../test/support/index-keep.js';
import { isRejection } from '../../../platform/kernel/rejection.js';
import { Partner, type PartnerState } from '../../partners/index.js';
import type { RatesState } from '../../pricing/index.js';
import { MAX_CACHED_LISTING_ROWS } from '../limits.js';
import { CatalogIndex } from './catalog-index.js';
import { StockView } from './stock-view.js';
import { TerminalListings, type Viewer } from './terminal-listings.js';

class Stock extends StockView {
  readonly keys = new Map<string, number>();
  asked = 0;
  isOffered(packageId: string): boolean {
    this.asked++;
    return (this.keys.get(packageId) ?? 0) > 0;
  }
}

/** Two products, `games` (42) with two packages (101, 102) and `cards` (58) with one (103), all in stock. */
function shop() {
  const index = new CatalogIndex();
  const keep = new MemoryKeep();
  const stock = new Stock();
  const listings = new TerminalListings(index, stock);
  let position = 0;
  const happen = (category: string, id: string, type: string, data: object) =>
    index.apply(indexEvent(category, id, { type, data }, ++position), keep);
  const addProduct = (id: string, publicId: number, fields: object = {}) =>
    happen('product', id, 'ProductCreated', {
      publicId,
      names: { en: id, ru: `${id}-ru`, az: null },
      status: 'active',
      position: null,
      imageUrl: `/uploads/${id}.png`,
      thumbnailUrl: null,
      ...fields,
    });
  const addPackage = (id: string, productId: string, publicId: number, fields: object = {}) => {
    stock.keys.set(id, 1);
    happen('package', id, 'PackageCreated', {
      publicId,
      productId,
      names: { en: id, ru: null, az: null },
      position: null,
      basePrice: { amount: '1700', currency: 'AZN' },
      explicitPrices: {},
      status: 'active',
      hold: false,
      fulfilment: 'stock',
      ...fields,
    });
  };
  addProduct('games', 42, { position: 2 });
  addProduct('cards', 58, { position: 1 });
  addPackage('big', 'games', 101);
  addPackage('small', 'games', 102, { position: 1 });
  addPackage('card', 'cards', 103);
  return { index, listings, stock, happen, addProduct, addPackage };
}

const RATES: RatesState = {
  feedDay: null,
  rates: { USD: { azn: '1.7', source: 'manual', effectiveDate: null, revision: 0 } },
};
const viewer = (fields: Partial<Viewer> = {}): Viewer => ({
  partnerId: 'partner',
  partner: Partner.initial,
  rates: RATES,
  lang: 'en',
  currency: 'AZN',
  ...fields,
});
const withAccess = (access: Partial<PartnerState['access']>): PartnerState => ({
  ...Partner.initial,
  access: { ...Partner.initial.access, ...access },
});

describe('the terminals are shown', () => {
  const numbers = (views: readonly { publicId: number }[] | unknown) =>
    Array.isArray(views) ? views.map(({ publicId }) => publicId) : views;

  it('products in display order, with names in their language', () => {
    const { listings } = shop();
    expect(listings.products(viewer({ lang: 'ru' }))).toEqual([
      { publicId: 58, name: 'cards-ru', imageUrl: '/uploads/cards.png', thumbnailUrl: null },
      { publicId: 42, name: 'games-ru', imageUrl: '/uploads/games.png', thumbnailUrl: null },
    ]);
    expect(listings.products(viewer({ lang: 'az' }))[0]?.name).toBe('cards');
  });

  it('packages in display order, with prices in the currency and at the terms of the partner', () => {
    const { listings } = shop();
    expect(listings.packages(viewer(), 42)).toEqual([
      { publicId: 102, name: 'small', price: '17.00' },
      { publicId: 101, name: 'big', price: '17.00' },
    ]);
    const partner = { ...Partner.initial, markupPercent: '10' };
    expect(listings.packages(viewer({ partner, currency: 'USD' }), 58)).toEqual([
      { publicId: 103, name: 'card', price: '11.00' },
    ]);
  });

  it('only what is in stock at this moment', () => {
    const { listings, stock } = shop();
    listings.products(viewer());
    stock.keys.set('small', 0);
    stock.keys.set('card', 0);
    expect(numbers(listings.products(viewer()))).toEqual([42]);
    expect(numbers(listings.packages(viewer(), 42))).toEqual([101]);
    expect(listings.packages(viewer(), 58)).toEqual([]);
    stock.keys.set('card', 3);
    expect(numbers(listings.products(viewer()))).toEqual([58, 42]);
  });

  it('what keys came in for, before the event of the edge is there', () => {
    const { listings, happen } = shop();
    happen('package', 'card', 'PackageDeactivated', { because: 'stock' });
    expect(numbers(listings.products(viewer()))).toEqual([58, 42]);
  });

  it('only what has a price in the currency', () => {
    const { listings, happen } = shop();
    expect(listings.products(viewer({ currency: 'EUR' }))).toEqual([]);
    happen('package', 'big', 'PackageExplicitPricesSet', {
      explicitPrices: { EUR: { amount: '900', origin: 'manual' } },
    });
    expect(numbers(listings.products(viewer({ currency: 'EUR' })))).toEqual([42]);
    expect(numbers(listings.packages(viewer({ currency: 'EUR' }), 42))).toEqual([101]);
  });

  it('nothing that an admin switched off or holds', () => {
    const { listings, happen } = shop();
    listings.products(viewer());
    happen('package', 'big', 'PackageDeactivated', { because: 'admin' });
    happen('package', 'card', 'PackageHeld', {});
    expect(numbers(listings.products(viewer()))).toEqual([42]);
    expect(numbers(listings.packages(viewer(), 42))).toEqual([102]);
    happen('product', 'games', 'ProductChanged', { status: 'inactive' });
    expect(listings.products(viewer())).toEqual([]);
  });

  it('nothing that is not sold from stock any more, whatever keys it has', () => {
    const { listings, happen } = shop();
    listings.products(viewer());
    happen('package', 'big', 'PackageChanged', { fulfilment: 'service' });
    happen('package', 'card', 'PackageChanged', { fulfilment: 'supplier' });
    expect(numbers(listings.products(viewer()))).toEqual([42]);
    expect(numbers(listings.packages(viewer(), 42))).toEqual([102]);
    happen('package', 'card', 'PackageChanged', { fulfilment: 'stock' });
    expect(numbers(listings.products(viewer()))).toEqual([58, 42]);
  });

  it('only what their partner may buy', () => {
    const { listings } = shop();
    const cards = withAccess({ allProducts: false, productIds: new Set(['cards']) });
    expect(numbers(listings.products(viewer({ partner: cards })))).toEqual([58]);
    const one = withAccess({ packageIds: new Set(['big']) });
    expect(numbers(listings.products(viewer({ partner: one })))).toEqual([42]);
    expect(numbers(listings.packages(viewer({ partner: one }), 42))).toEqual([101]);
  });

  it.each([
    ['unknown', 999, Partner.initial],
    ['inactive', 60, Partner.initial],
    ['closed to the partner', 42, withAccess({ allProducts: false, productIds: new Set(['cards']) })],
    ['closed by its packages', 58, withAccess({ packageIds: new Set(['big']) })],
  ])('no product that is %s', (_, publicId, partner) => {
    const { listings, addProduct, addPackage } = shop();
    addProduct('off', 60, { status: 'inactive' });
    addPackage('of-off', 'off', 104);
    const refused = listings.packages(viewer({ partner }), publicId);
    expect(isRejection(refused) && refused.code).toBe('ProductNotFound');
  });

  it('an empty list for a product without packages', () => {
    const { listings, addProduct } = shop();
    addProduct('new', 61);
    expect(listings.packages(viewer(), 61)).toEqual([]);
  });

  it('new prices when the rates, the terms or the catalogue change', () => {
    const { listings, happen } = shop();
    const price = (seen: Viewer) => {
      const views = listings.packages(seen, 58);
      return isRejection(views) ? null : views[0]?.price;
    };
    const inUsd = viewer({ currency: 'USD' });
    expect(price(inUsd)).toBe('10.00');
    const rates = { ...RATES, rates: { USD: { ...RATES.rates.USD!, azn: '2' } } };
    expect(price({ ...inUsd, rates })).toBe('8.50');
    expect(price({ ...inUsd, partner: { ...Partner.initial, markupPercent: '50' } })).toBe('15.00');
    happen('package', 'card', 'PackagePriceChanged', { basePrice: { amount: '3400', currency: 'AZN' } });
    expect(price(inUsd)).toBe('20.00');
  });

  it('the same by a full memory as by an empty one', () => {
    const { listings, addPackage } = shop();
    const many = 2_000;
    for (let at = 0; at < many; at++) addPackage(`more-${at}`, 'cards', 1_000 + at);
    const partners = Math.ceil(MAX_CACHED_LISTING_ROWS / many) + 5;
    for (let at = 0; at < partners; at++) listings.packages(viewer({ partnerId: `partner-${at}` }), 58);
    expect(listings.cachedRowCount).toBeLessThanOrEqual(MAX_CACHED_LISTING_ROWS);
    expect(listings.packages(viewer({ partnerId: 'partner-0' }), 58)).toHaveLength(many + 1);
  });
});
