import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { foldEvents } from '../../../../test/support/given.js';
import type { DomainEvent } from '../../../platform/kernel/aggregate.js';
import { Category } from '../domain/category.js';
import { Package } from '../domain/package.js';
import { Product } from '../domain/product.js';
import { Supplier } from '../domain/supplier.js';
import type { CategoryEvent } from './category.events.js';
import type { PackageEvent } from './package.events.js';
import type { ProductEvent } from './product.events.js';
import type { SupplierEvent } from './supplier.events.js';

const FOLDER = join(__dirname, 'golden');

/** A stored sample, exactly as the log holds it. */
function sample<E extends DomainEvent>(type: E['type']): E {
  return JSON.parse(readFileSync(join(FOLDER, `${type}.v1.json`), 'utf8')) as E;
}

// Complete by type: an event without a sample does not compile, one without a file does not run.
const suppliers = {
  SupplierRegistered: sample<SupplierEvent>('SupplierRegistered'),
  SupplierChanged: sample<SupplierEvent>('SupplierChanged'),
  SupplierDeleted: sample<SupplierEvent>('SupplierDeleted'),
} satisfies Record<SupplierEvent['type'], SupplierEvent>;
const categories = {
  CategoryCreated: sample<CategoryEvent>('CategoryCreated'),
  CategoryChanged: sample<CategoryEvent>('CategoryChanged'),
  CategoryDeleted: sample<CategoryEvent>('CategoryDeleted'),
} satisfies Record<CategoryEvent['type'], CategoryEvent>;
const products = {
  ProductCreated: sample<ProductEvent>('ProductCreated'),
  ProductChanged: sample<ProductEvent>('ProductChanged'),
  ProductDeleted: sample<ProductEvent>('ProductDeleted'),
} satisfies Record<ProductEvent['type'], ProductEvent>;
const packages = {
  PackageCreated: sample<PackageEvent>('PackageCreated'),
  PackageChanged: sample<PackageEvent>('PackageChanged'),
  PackagePriceChanged: sample<PackageEvent>('PackagePriceChanged'),
  PackageExplicitPricesSet: sample<PackageEvent>('PackageExplicitPricesSet'),
  PackageHeld: sample<PackageEvent>('PackageHeld'),
  PackageDeactivated: sample<PackageEvent>('PackageDeactivated'),
  PackageHoldLifted: sample<PackageEvent>('PackageHoldLifted'),
  PackageActivated: sample<PackageEvent>('PackageActivated'),
  PackageStockLow: sample<PackageEvent>('PackageStockLow'),
  PackageStockRefilled: sample<PackageEvent>('PackageStockRefilled'),
  PackageStockAlertWithdrawn: sample<PackageEvent>('PackageStockAlertWithdrawn'),
  PackageDeleted: sample<PackageEvent>('PackageDeleted'),
} satisfies Record<PackageEvent['type'], PackageEvent>;

describe('stored events fold as they always did', () => {
  it('suppliers', () => {
    expect(foldEvents(Supplier, Object.values(suppliers))).toEqual({
      exists: true,
      deleted: true,
      publicId: 5,
      name: 'Digital Keys Supplier',
      country: null,
      contactEmail: 'sales@supplier.com',
      status: 'inactive',
    });
  });

  it('categories', () => {
    expect(foldEvents(Category, Object.values(categories))).toEqual({
      exists: true,
      deleted: true,
      publicId: 12,
      parentId: null,
      names: { en: 'Cards', ru: null, az: 'Kartlar' },
      position: 3,
    });
  });

  it('products', () => {
    expect(foldEvents(Product, Object.values(products))).toEqual({
      exists: true,
      deleted: true,
      publicId: 42,
      names: { en: 'Steam Wallet $20', ru: 'Steam Кошелёк $20', az: 'Steam Cüzdan $20' },
      supplierId: '018f0000-0000-7000-8000-000000000001',
      categoryId: '018f0000-0000-7000-8000-000000000002',
      status: 'inactive',
      position: null,
      imageUrl: 'https://admin.pay.net.az/uploads/products/steam.png',
      thumbnailUrl: null,
      instructions: { en: 'Open Steam.\nRedeem.', ru: null, az: null },
      keyFormat: 'exact',
    });
  });

  it('packages, up to their deactivation', () => {
    const { PackageHoldLifted, PackageActivated, PackageDeleted, ...others } = packages;
    const { PackageStockLow, PackageStockRefilled, PackageStockAlertWithdrawn, ...first } = others;
    const state = foldEvents(Package, Object.values(first));
    expect(state).toEqual({
      exists: true,
      deleted: false,
      publicId: 101,
      productId: '018f0000-0000-7000-8000-000000000004',
      supplierId: '018f0000-0000-7000-8000-000000000001',
      names: { en: 'Steam $20 (Global)', ru: 'Steam 20 $', az: null },
      cost: null,
      fulfilment: 'stock',
      releasePolicy: 'quarantine',
      position: 1,
      basePrice: { amount: '3500', currency: 'AZN' },
      explicitPrices: {
        USD: { amount: '2050', origin: 'manual' },
        EUR: { amount: '1890', origin: 'converted' },
      },
      status: 'inactive',
      inactiveBecause: 'stock',
      hold: true,
      lowStockThreshold: null,
      stockAlerts: 0,
      alertThreshold: null,
    });
    const rest = [PackageHoldLifted, PackageActivated, PackageDeleted];
    const later = rest.reduce((now, event) => Package.evolve(now, event, { revision: 0 }), state);
    expect(later).toEqual({
      ...state,
      hold: false,
      status: 'active',
      inactiveBecause: null,
      deleted: true,
    });
  });
});

it('an alert of low stock is open until it has ended, either way', () => {
  const { PackageCreated, PackageStockLow, PackageStockRefilled, PackageStockAlertWithdrawn } = packages;
  const low = foldEvents(Package, [PackageCreated, PackageStockLow]);
  expect(low).toMatchObject({ stockAlerts: 1, alertThreshold: 5 });
  for (const end of [PackageStockRefilled, PackageStockAlertWithdrawn]) {
    expect(Package.evolve(low, end, { revision: 2 })).toEqual({ ...low, alertThreshold: null });
  }
});

it('the rates of a conversion are a record, and no part of the state', () => {
  const { PackageCreated, PackageExplicitPricesSet: set } = packages;
  const rate = { currency: 'EUR', azn: '1.9', source: 'feed', effectiveDate: null, revision: 3 };
  const converted = { ...set, data: { ...set.data, rates: [rate] } } as PackageEvent;
  expect(foldEvents(Package, [PackageCreated, converted])).toEqual(
    foldEvents(Package, [PackageCreated, set]),
  );
});

it('every sample is of an event that is still read', () => {
  const read = [suppliers, categories, products, packages].flatMap((samples) => Object.keys(samples));
  expect(readdirSync(FOLDER).map((file) => file.split('.')[0])).toEqual(read.sort());
});
