import { ManualClock } from '../../../../test/support/manual-clock.js';
import { MemoryEventStore } from '../../../../test/support/memory-event-store.js';
import { Sequencer } from '../../../platform/execution/sequencer.js';
import type { CommandContext } from '../../../platform/execution/transaction.js';
import { IndexProgress } from '../../../platform/indexes/index-progress.js';
import { SystemIds } from '../../../platform/kernel/ids.js';
import { isRejection } from '../../../platform/kernel/rejection.js';
import { PublicIds } from '../../../platform/numbers/public-ids.js';
import { NoSnapshots } from '../../../platform/snapshots/snapshot-store.js';
import { MAX_RECENT_REFERENCES } from '../limits.js';
import { CatalogIndex } from '../queries/catalog-index.js';
import { CreateCategory, CreateCategoryHandler } from './create-category.js';
import { CreatePackage, CreatePackageHandler } from './create-package.js';
import { CreateProduct, CreateProductHandler } from './create-product.js';
import { CreateSupplier, CreateSupplierHandler } from './create-supplier.js';
import { DeleteCategory, DeleteCategoryHandler } from './delete-category.js';
import { DeleteSupplier, DeleteSupplierHandler } from './delete-supplier.js';
import { RecentReferences } from './recent-references.js';
import type { CatalogEntry, CatalogResult } from './record.js';
import { UpdateCategory, UpdateCategoryHandler } from './update-category.js';
import { UpdatePackage, UpdatePackageHandler } from './update-package.js';
import { UpdateProduct, UpdateProductHandler } from './update-product.js';

const CONTEXT: CommandContext = {
  commandId: 'c',
  correlationId: 'c',
  actor: { kind: 'staff', id: 'admin' },
  surface: 'test',
};

async function made(result: Promise<CatalogResult>): Promise<string> {
  const entry = await result;
  if (isRejection(entry)) throw new Error(`refused: ${entry.code}`);
  return (entry as CatalogEntry).id;
}

/** The commands over an index that has seen nothing: it stands for one that is a commit behind. */
function catalogue() {
  const ids = new SystemIds();
  const store = new MemoryEventStore();
  const clock = new ManualClock();
  const executor = new Sequencer({ store, snapshots: new NoSnapshots(), clock, ids, namespace: 'kf' });
  const numbers = new PublicIds(executor, ids);
  const references = new RecentReferences();
  const index = new CatalogIndex();
  const progress = new IndexProgress(store);
  progress.follow({ position: 2n ** 60n, reached: () => Promise.resolve() });
  const suppliers = new CreateSupplierHandler(executor, numbers);
  const categories = new CreateCategoryHandler(executor, numbers, references);
  const products = new CreateProductHandler(executor, numbers, references);
  const packages = new CreatePackageHandler(executor, numbers, references);
  const updateCategory = new UpdateCategoryHandler(executor, references);
  const updateProduct = new UpdateProductHandler(executor, references);
  const updatePackage = new UpdatePackageHandler(executor, references);
  const deleteSupplier = new DeleteSupplierHandler(executor, index, progress, references);
  const deleteCategory = new DeleteCategoryHandler(executor, index, progress, references);
  const basePrice = { amount: '100', currency: 'AZN' } as const;
  const names = { en: 'x' };
  return {
    supplier: () => made(suppliers.execute(new CreateSupplier(CONTEXT, { name: 'Acme' }))),
    category: (parentId: string | null = null) =>
      made(categories.execute(new CreateCategory(CONTEXT, { names, parentId }))),
    product: (supplierId: string, categoryId: string | null = null) =>
      made(products.execute(new CreateProduct(CONTEXT, { names, supplierId, categoryId }))),
    pkg: (productId: string, supplierId?: string) =>
      made(packages.execute(new CreatePackage(CONTEXT, { names, productId, supplierId, basePrice }))),
    moveCategory: (id: string, parentId: string | null) =>
      made(updateCategory.execute(new UpdateCategory(CONTEXT, id, { parentId }))),
    moveProduct: (id: string, to: { supplierId?: string; categoryId?: string | null }) =>
      made(updateProduct.execute(new UpdateProduct(CONTEXT, id, to))),
    movePackage: (id: string, supplierId: string) =>
      made(updatePackage.execute(new UpdatePackage(CONTEXT, id, { supplierId }))),
    deleteSupplier: (id: string) => deleteSupplier.execute(new DeleteSupplier(CONTEXT, id)),
    deleteCategory: (id: string) => deleteCategory.execute(new DeleteCategory(CONTEXT, id)),
  };
}

let shop: ReturnType<typeof catalogue>;
let acme: string;
let other: string;

beforeEach(async () => {
  shop = catalogue();
  acme = await shop.supplier();
  other = await shop.supplier();
});

describe('a supplier is not deleted while the index does not know yet', () => {
  afterEach(async () => {
    expect(await shop.deleteSupplier(acme)).toMatchObject({ code: 'SupplierInUse' });
  });

  it('of a product of it', () => shop.product(acme));
  it('of a package of it', async () => shop.pkg(await shop.product(other), acme));
  it('of a product that was given to it', async () =>
    shop.moveProduct(await shop.product(other), { supplierId: acme }));
  it('of a package that was given to it', async () =>
    shop.movePackage(await shop.pkg(await shop.product(other)), acme));
});

describe('a category is not deleted while the index does not know yet', () => {
  let category: string;
  beforeEach(async () => {
    category = await shop.category();
  });
  afterEach(async () => {
    expect(await shop.deleteCategory(category)).toMatchObject({ code: 'CategoryInUse' });
  });

  it('of one below it', () => shop.category(category));
  it('of one that was moved below it', async () => shop.moveCategory(await shop.category(), category));
  it('of a product in it', () => shop.product(acme, category));
  it('of a product that was put into it', async () =>
    shop.moveProduct(await shop.product(acme), { categoryId: category }));
});

it('what is used no more is deleted', async () => {
  const category = await shop.category();
  const below = await shop.category(category);
  const product = await shop.product(acme, category);
  await shop.moveCategory(below, null);
  await shop.moveProduct(product, { supplierId: other, categoryId: null });
  expect(isRejection(await shop.deleteSupplier(acme))).toBe(false);
  expect(isRejection(await shop.deleteCategory(category))).toBe(false);
});

it('what refers to a supplier in the moment in which that is deleted is refused, or the deletion is', async () => {
  const results = await Promise.allSettled([shop.product(acme), shop.deleteSupplier(acme)]);
  const [product, deletion] = results;
  const isDeleted = deletion.status === 'fulfilled' && !isRejection(deletion.value);
  expect(product.status).toBe(isDeleted ? 'rejected' : 'fulfilled');
});

it('only the newest references are kept', () => {
  const references = new RecentReferences();
  references.add('package', 'first', ['p', undefined, null]);
  references.add('package', 'second', ['p']);
  for (let other = 2; other < MAX_RECENT_REFERENCES; other += 1) references.add('package', `${other}`, ['q']);
  expect(references.of('package', 'p')).toEqual(['first', 'second']);
  references.add('package', 'first', ['p']);
  references.add('product', 'third', ['p']);
  expect(references.of('package', 'p')).toEqual(['first']);
  expect(references.of('product', 'p')).toEqual(['third']);
});
