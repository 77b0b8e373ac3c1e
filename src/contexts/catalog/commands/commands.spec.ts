import { MemoryKeep } from '../../../../test/support/index-keep.js';
import { ManualClock } from '../../../../test/support/manual-clock.js';
import { MemoryEventStore } from '../../../../test/support/memory-event-store.js';
import { Sequencer } from '../../../platform/execution/sequencer.js';
import type { CommandContext } from '../../../platform/execution/transaction.js';
import { StoredIndexedEvent } from '../../../platform/indexes/local-index.js';
import { SystemIds } from '../../../platform/kernel/ids.js';
import { isRejection, type Rejection } from '../../../platform/kernel/rejection.js';
import { PublicIds } from '../../../platform/numbers/public-ids.js';
import { NoSnapshots } from '../../../platform/snapshots/snapshot-store.js';
import { RATES_ID, Rates } from '../../pricing/index.js';
import { Category } from '../domain/category.js';
import { Package } from '../domain/package.js';
import { deleteSupplier } from '../domain/supplier.decider.js';
import { Supplier } from '../domain/supplier.js';
import { CatalogIndex } from '../queries/catalog-index.js';
import { ListTerminalPackages, ListTerminalPackagesHandler } from '../queries/list-terminal-packages.js';
import { ListTerminalProducts, ListTerminalProductsHandler } from '../queries/list-terminal-products.js';
import { StockView } from '../queries/stock-view.js';
import { TerminalListings } from '../queries/terminal-listings.js';
import { ViewerReader } from '../queries/viewer-reader.js';
import { CreateCategory, CreateCategoryHandler } from './create-category.js';
import { CreatePackage, CreatePackageHandler, type PackageToCreate } from './create-package.js';
import { CreateProduct, CreateProductHandler } from './create-product.js';
import { CreateSupplier, CreateSupplierHandler } from './create-supplier.js';
import { RecentReferences } from './recent-references.js';
import type { CatalogEntry, CatalogResult } from './record.js';
import { SetExplicitPrices, SetExplicitPricesHandler } from './set-explicit-prices.js';
import { UpdateCategory, UpdateCategoryHandler } from './update-category.js';
import { UpdatePackage, UpdatePackageHandler } from './update-package.js';
import { UpdateProduct, UpdateProductHandler } from './update-product.js';
import { UpdateSupplier, UpdateSupplierHandler } from './update-supplier.js';

const CONTEXT: CommandContext = {
  commandId: 'c',
  correlationId: 'c',
  actor: { kind: 'staff', id: 'admin' },
  surface: 'test',
};
const NOWHERE = '018f0000-0000-7000-8000-00000000ffff';

class FullStock extends StockView {
  isOffered(): boolean {
    return true;
  }
}

/** The handlers over a real executor, as the composition root puts them together. */
function catalogue() {
  const ids = new SystemIds();
  const store = new MemoryEventStore();
  const clock = new ManualClock();
  const executor = new Sequencer({ store, snapshots: new NoSnapshots(), clock, ids, namespace: 'kf' });
  const numbers = new PublicIds(executor, ids);
  const index = new CatalogIndex();
  const references = new RecentReferences();
  const listings = new TerminalListings(index, new FullStock());
  const viewers = new ViewerReader(executor);
  /** Lets the index see everything that is stored. */
  const follow = () => {
    const keep = new MemoryKeep();
    for (const event of store.events) index.apply(new StoredIndexedEvent(event, 'kf.'.length), keep);
  };
  const newSupplier = async () => done(await createSupplier.execute(supplierCommand()));
  const createSupplier = new CreateSupplierHandler(executor, numbers);
  const createCategory = new CreateCategoryHandler(executor, numbers, references);
  const createProduct = new CreateProductHandler(executor, numbers, references);
  const createPackage = new CreatePackageHandler(executor, numbers, references);
  return {
    store,
    executor,
    follow,
    newSupplier,
    createSupplier,
    createCategory,
    createProduct,
    createPackage,
    listings,
    viewers,
  };
}

const supplierCommand = (id?: string) => new CreateSupplier(CONTEXT, { name: 'Acme' }, id);
const productCommand = (supplierId: string, categoryId: string | null = null) =>
  new CreateProduct(CONTEXT, { names: { en: 'Steam' }, supplierId, categoryId });
const packageCommand = (productId: string, fields: Partial<PackageToCreate> = {}) =>
  new CreatePackage(CONTEXT, {
    names: { en: 'Steam $20' },
    productId,
    basePrice: { amount: '3400', currency: 'AZN' },
    ...fields,
  });

function done(result: CatalogResult): CatalogEntry {
  if (isRejection(result)) throw new Error(`refused: ${result.code}`);
  return result as CatalogEntry;
}
const codeOf = (result: unknown) => (isRejection(result) ? (result as Rejection).code : result);

describe('creating', () => {
  it('gives each kind numbers of its own', async () => {
    const { newSupplier, createProduct, createPackage } = catalogue();
    const first = await newSupplier();
    const second = await newSupplier();
    const product = done(await createProduct.execute(productCommand(second.id)));
    const pkg = done(await createPackage.execute(packageCommand(product.id)));
    expect([first, second, product, pkg].map(({ publicId }) => publicId)).toEqual([1, 2, 1, 1]);
  });

  it('again under the same id changes nothing and answers the first', async () => {
    const { createSupplier, store } = catalogue();
    const first = done(await createSupplier.execute(supplierCommand(NOWHERE)));
    const events = store.events.length;
    expect(await createSupplier.execute(supplierCommand(NOWHERE))).toEqual(first);
    expect(store.events).toHaveLength(events);
  });

  it('is refused when it refers to what is not there', async () => {
    const { newSupplier, createProduct, createPackage, createCategory, executor } = catalogue();
    const supplier = await newSupplier();
    const product = done(await createProduct.execute(productCommand(supplier.id)));
    const refused = [
      await createProduct.execute(productCommand(NOWHERE)),
      await createProduct.execute(productCommand(supplier.id, NOWHERE)),
      await createPackage.execute(packageCommand(NOWHERE)),
      await createPackage.execute(packageCommand(product.id, { supplierId: NOWHERE })),
      await createCategory.execute(new CreateCategory(CONTEXT, { names: { en: 'x' }, parentId: NOWHERE })),
    ];
    expect(refused.map(codeOf)).toEqual([
      'UnknownSupplier',
      'UnknownCategory',
      'UnknownProduct',
      'UnknownSupplier',
      'UnknownCategory',
    ]);
    await executor.run(CONTEXT, (tx) => {
      const events = deleteSupplier(tx.load(Supplier, supplier.id));
      return isRejection(events) ? events : tx.append(Supplier, supplier.id, events);
    });
    expect(codeOf(await createProduct.execute(productCommand(supplier.id)))).toBe('UnknownSupplier');
  });

  it('a package takes the supplier of its product unless another is named', async () => {
    const { newSupplier, createProduct, createPackage, executor } = catalogue();
    const [one, other] = [await newSupplier(), await newSupplier()];
    const product = done(await createProduct.execute(productCommand(one.id)));
    const supplierOf = async (fields: Partial<PackageToCreate>) => {
      const { id } = done(await createPackage.execute(packageCommand(product.id, fields)));
      return executor.run(CONTEXT, (tx) => tx.load(Package, id).supplierId);
    };
    expect(await supplierOf({})).toBe(one.id);
    expect(await supplierOf({ supplierId: other.id })).toBe(other.id);
  });
});

describe('updating', () => {
  it('changes what is given and is refused where references or values are wrong', async () => {
    const { newSupplier, createProduct, createPackage, executor } = catalogue();
    const supplier = await newSupplier();
    const product = done(await createProduct.execute(productCommand(supplier.id)));
    const pkg = done(await createPackage.execute(packageCommand(product.id)));
    const updateProduct = new UpdateProductHandler(executor, new RecentReferences());
    const updatePackage = new UpdatePackageHandler(executor, new RecentReferences());
    const updateSupplier = new UpdateSupplierHandler(executor);
    const results = [
      await updateSupplier.execute(new UpdateSupplier(CONTEXT, supplier.id, { country: 'Turkey' })),
      await updateProduct.execute(new UpdateProduct(CONTEXT, product.id, { position: 3 })),
      await updateProduct.execute(new UpdateProduct(CONTEXT, product.id, { categoryId: NOWHERE })),
      await updateProduct.execute(new UpdateProduct(CONTEXT, NOWHERE, { position: 3 })),
      await updatePackage.execute(new UpdatePackage(CONTEXT, pkg.id, { hold: true })),
      await updatePackage.execute(new UpdatePackage(CONTEXT, pkg.id, { productId: NOWHERE })),
      await new SetExplicitPricesHandler(executor).execute(
        new SetExplicitPrices(CONTEXT, pkg.id, { prices: { USD: '2000' }, origin: 'manual' }),
      ),
    ];
    expect(results.map(codeOf)).toEqual([
      supplier,
      product,
      'UnknownCategory',
      'ProductNotFound',
      pkg,
      'UnknownProduct',
      pkg,
    ]);
    const state = await executor.run(CONTEXT, (tx) => tx.load(Package, pkg.id));
    expect(state).toMatchObject({
      hold: true,
      explicitPrices: { USD: { amount: '2000', origin: 'manual' } },
    });
  });

  it('moves categories, but never below themselves', async () => {
    const { createCategory, executor } = catalogue();
    const update = new UpdateCategoryHandler(executor, new RecentReferences());
    const create = async (en: string, parentId: string | null) =>
      done(await createCategory.execute(new CreateCategory(CONTEXT, { names: { en }, parentId })));
    const top = await create('top', null);
    const middle = await create('middle', top.id);
    const leaf = await create('leaf', middle.id);
    const move = async (id: string, parentId: string | null) =>
      codeOf(await update.execute(new UpdateCategory(CONTEXT, id, { parentId })));
    expect(await move(top.id, leaf.id)).toBe('CategoryCycle');
    expect(await move(leaf.id, top.id)).toEqual(leaf);
    expect(await move(middle.id, leaf.id)).toEqual(middle);
    expect(await move(leaf.id, null)).toEqual(leaf);
    expect(await executor.run(CONTEXT, (tx) => tx.load(Category, middle.id).parentId)).toBe(leaf.id);
  });
});

it('what was created through commands is what terminals are shown', async () => {
  const { newSupplier, createProduct, createPackage, executor, follow, viewers, listings } = catalogue();
  const supplier = await newSupplier();
  const product = done(await createProduct.execute(productCommand(supplier.id)));
  const pkg = done(await createPackage.execute(packageCommand(product.id)));
  await executor.run(CONTEXT, (tx) =>
    tx.append(Rates, RATES_ID, [{ type: 'RatesSet', data: { rates: { USD: '1.7' }, source: 'manual' } }]),
  );
  follow();
  const request = { partnerId: NOWHERE, lang: 'en', currency: 'USD' } as const;
  expect(
    await new ListTerminalProductsHandler(viewers, listings).execute(new ListTerminalProducts(request)),
  ).toEqual([{ publicId: product.publicId, name: 'Steam', imageUrl: null, thumbnailUrl: null }]);
  expect(
    await new ListTerminalPackagesHandler(viewers, listings).execute(
      new ListTerminalPackages({ ...request, productPublicId: product.publicId }),
    ),
  ).toEqual([{ publicId: pkg.publicId, name: 'Steam $20', price: '20.00' }]);
});
