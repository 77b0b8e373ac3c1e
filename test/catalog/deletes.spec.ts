import { setImmediate as nextTurn } from 'node:timers/promises';
import { CreatePackageHandler } from '../../src/contexts/catalog/commands/create-package.js';
import { DeletePackageHandler } from '../../src/contexts/catalog/commands/delete-package.js';
import { DeleteProductHandler } from '../../src/contexts/catalog/commands/delete-product.js';
import { PackageRemoval } from '../../src/contexts/catalog/commands/package-removal.js';
import { RecentReferences } from '../../src/contexts/catalog/commands/recent-references.js';
import {
  type CatalogEntry,
  CatalogIndex,
  CreatePackage,
  changePackage,
  DeletePackage,
  DeleteProduct,
  isPackageOffered,
  Package,
  PackageKeys,
  Product,
} from '../../src/contexts/catalog/index.js';
import {
  RetirePackageKeys,
  RetirePackageKeysHandler,
} from '../../src/contexts/inventory/commands/retire-package-keys.js';
import { Lot, PackageLots, reserveKey } from '../../src/contexts/inventory/index.js';
import { type CommandContext, Executor, type Work } from '../../src/platform/execution/transaction.js';
import { IndexFollower } from '../../src/platform/indexes/index-follower.js';
import { IndexProgress } from '../../src/platform/indexes/index-progress.js';
import { SystemIds } from '../../src/platform/kernel/ids.js';
import { isRejection, type Rejection } from '../../src/platform/kernel/rejection.js';
import { PublicIds } from '../../src/platform/numbers/public-ids.js';
import { InventoryNode, testContext } from '../support/inventory-node.js';
import { MemoryEventStore } from '../support/memory-event-store.js';
import { MemoryIndexStorage } from '../support/memory-index-storage.js';
import { MemoryKeyStore } from '../support/memory-key-store.js';

const PRODUCT = 'product-normalized';
/** More runs of the executor than any of these commands needs. */
const MOMENTS = Array.from({ length: 24 }, (_, index) => index + 1);
/** The run that deletes the package. */
const DELETION = 10;

let store: MemoryEventStore;
let node: InventoryNode;
let index: CatalogIndex;
let follower: IndexFollower;
let progress: IndexProgress;
let references: RecentReferences;

beforeEach(async () => {
  store = new MemoryEventStore();
  node = await InventoryNode.start(store, new MemoryKeyStore());
  index = new CatalogIndex();
  follower = new IndexFollower(store, new MemoryIndexStorage(), 'kf', [index]);
  progress = new IndexProgress(store);
  references = new RecentReferences();
  progress.follow(follower);
  await follower.start();
  await node.createPackage('a');
});
afterEach(async () => {
  await follower.close();
  await node.close();
});

/** An executor for which something happens before some of its runs, by their number. */
class Interrupted extends Executor {
  private runs = 0;
  constructor(private readonly happens: Readonly<Record<number, () => Promise<unknown>>>) {
    super();
  }
  async run<R>(context: CommandContext, work: Work<R>): Promise<R> {
    this.runs += 1;
    await this.happens[this.runs]?.();
    return node.executor.run(context, work);
  }
}

/** The commands as the composition root puts them together. */
function commands(executor: Executor = node.executor) {
  const lots = new PackageLots(executor, node.references);
  const retire = new RetirePackageKeysHandler(executor, lots);
  const keys: PackageKeys = {
    has: (context, packageId) => lots.hasKeys(context, packageId),
    lastStored: (tx) => lots.lastStored(tx),
    hasAfter: (tx, packageId, lot) => lots.hasKeysAfter(tx, packageId, lot),
    async retireAll(context, packageId) {
      const result = await retire.execute(new RetirePackageKeys(context, packageId));
      return isRejection(result) ? (result as Rejection<'KeysReserved'>) : null;
    },
  };
  const removal = new PackageRemoval(executor, keys);
  const deletePackage = new DeletePackageHandler(removal);
  const deleteProduct = new DeleteProductHandler(executor, index, progress, keys, removal, references);
  return {
    deletePackage: () => deletePackage.execute(new DeletePackage(testContext, 'a')),
    deleteProduct: () => deleteProduct.execute(new DeleteProduct(testContext, PRODUCT)),
  };
}

const isDeleted = (aggregate: typeof Package | typeof Product, id: string): Promise<boolean> =>
  node.executor.run(testContext, (tx) => tx.load(aggregate as typeof Package, id).deleted);

/** What became of all keys that ever came in. */
const statuses = (): Promise<string[]> =>
  node.executor.run(testContext, (tx) =>
    [1, 2, 3].flatMap((lot) =>
      tx
        .load(Lot, String(lot))
        .slots.toArray()
        .map(({ status }) => status),
    ),
  );

function createPackage() {
  const numbers = new PublicIds(node.executor, new SystemIds());
  return new CreatePackageHandler(node.executor, numbers, references).execute(
    new CreatePackage(testContext, {
      names: { en: 'Late' },
      productId: PRODUCT,
      basePrice: { amount: '100', currency: 'AZN' },
    }),
  );
}

const addLate = () => node.add('a', [{ text: 'LATE' }]);
/** Lifts the hold of a deletion that is under way, and reserves one of two keys that come in. */
async function reserveLate(): Promise<void> {
  await node.executor.run(testContext, (tx) => {
    const events = changePackage(tx.load(Package, 'a'), { hold: false });
    if (!isRejection(events)) tx.append(Package, 'a', events);
  });
  await node.add('a', [{ text: 'LATE' }, { text: 'LATER' }]);
  await node.executor.run(testContext, (tx) => {
    const lot = tx.load(Lot, '2');
    const deadline = new Date(tx.nowMs + 60_000).toISOString();
    const terms = { nowMs: tx.nowMs, cooldownMs: 0, partner: 'p', wallet: 'w', currency: 'AZN', shown: true };
    const reserved = reserveKey(lot, { ...terms, reservation: 'r', deadline });
    if (isPackageOffered(tx.load(Package, 'a')) && !isRejection(reserved)) tx.append(Lot, '2', reserved);
  });
}
const crash = () => Promise.reject(new Error('crash'));

describe('deleting a package', () => {
  beforeEach(() => node.add('a', [{ text: 'A1' }, { text: 'A2' }]));

  it.each(MOMENTS)('is finished when it is given again after a crash before run %i', async (moment) => {
    await commands(new Interrupted({ [moment]: crash }))
      .deletePackage()
      .catch(() => undefined);
    await commands().deletePackage();
    expect(await isDeleted(Package, 'a')).toBe(true);
    expect(new Set(await statuses())).toEqual(new Set(['retired']));
  });

  it.each(MOMENTS)('leaves no key on sale that comes in before run %i', async (moment) => {
    const late = new Interrupted({ [moment]: addLate });
    expect(isRejection(await commands(late).deletePackage())).toBe(false);
    expect(new Set(await statuses())).toEqual(new Set(['retired']));
  });

  const pairs = MOMENTS.flatMap((first) => MOMENTS.map((second) => [first, second] as const));
  it.each(pairs.filter(([late, crashed]) => late < crashed && crashed < 14))(
    'does so when a key comes in before run %i and it crashes before run %i',
    async (late, crashed) => {
      const executor = new Interrupted({ [late]: addLate, [crashed]: crash });
      await commands(executor)
        .deletePackage()
        .catch(() => undefined);
      await commands().deletePackage();
      expect(new Set(await statuses())).toEqual(new Set(['retired']));
    },
  );

  it.each(MOMENTS)('leaves no key on sale beside one that is reserved before run %i', async (moment) => {
    const late = new Interrupted({ [moment]: reserveLate });
    if (isRejection(await commands(late).deletePackage())) return;
    expect(await statuses()).not.toContain('free');
  });

  it('goes through although a key is reserved right before', async () => {
    const late = new Interrupted({ [DELETION]: reserveLate });
    expect(isRejection(await commands(late).deletePackage())).toBe(false);
    expect(await statuses()).toEqual(['retired', 'retired', 'reserved', 'retired']);
  });

  it('a second time finds nothing', async () => {
    await commands().deletePackage();
    expect(await commands().deletePackage()).toMatchObject({ code: 'PackageNotFound' });
  });
});

describe('deleting a product', () => {
  const packages = async (): Promise<boolean[]> => {
    await progress.caughtUp();
    return Promise.all([...index.packageIdsOf(PRODUCT)].map((id) => isDeleted(Package, id)));
  };

  it('is refused while a package has keys, sold ones too, and changes nothing', async () => {
    await node.add('a', [{ text: 'A1' }]);
    const before = store.events.length;
    expect(await commands().deleteProduct()).toMatchObject({ code: 'ProductHasKeys' });
    expect(store.events).toHaveLength(before);
  });

  it.each(MOMENTS)('is finished when it is given again after a crash before run %i', async (moment) => {
    await createPackage();
    await commands(new Interrupted({ [moment]: crash }))
      .deleteProduct()
      .catch(() => undefined);
    await commands().deleteProduct();
    expect(await isDeleted(Product, PRODUCT)).toBe(true);
    expect(await packages()).toEqual([true, true]);
  });

  it.each(MOMENTS)(
    'takes along a package that is created before run %i, or none is created',
    async (moment) => {
      await commands(new Interrupted({ [moment]: createPackage })).deleteProduct();
      expect(await isDeleted(Product, PRODUCT)).toBe(true);
      expect(new Set(await packages())).toEqual(new Set([true]));
    },
  );

  it.each(MOMENTS)(
    'is refused when a package with a key is made before run %i, or none is made',
    async (moment) => {
      let isMade = false;
      const late = new Interrupted({
        [moment]: async () => {
          const made = await createPackage();
          if (isRejection(made)) return;
          await node.add((made as CatalogEntry).id, [{ text: 'LATE' }]);
          isMade = true;
        },
      });
      expect(isRejection(await commands(late).deleteProduct())).toBe(isMade);
      expect(await isDeleted(Product, PRODUCT)).toBe(!isMade);
      expect(await statuses()).toEqual(isMade ? ['free'] : []);
    },
  );

  it.each(MOMENTS)('is refused when keys come in before run %i, or none do', async (moment) => {
    let taken: unknown;
    const late = new Interrupted({
      [moment]: async () => {
        taken = await addLate();
      },
    });
    const isRefused = isRejection(await commands(late).deleteProduct());
    expect(isRefused).toBe(taken !== undefined && !isRejection(taken));
    expect(await statuses()).toEqual(isRefused ? ['free'] : []);
  });

  it.each(MOMENTS)(
    'is refused when keys that begin to come in before run %i do, or none do',
    async (moment) => {
      let adding: Promise<unknown> = Promise.resolve(undefined);
      const late = new Interrupted({
        [moment]: async () => {
          adding = addLate();
          for (let turn = 0; turn < 6; turn += 1) await nextTurn();
        },
      });
      const isRefused = isRejection(await commands(late).deleteProduct());
      const taken = await adding;
      expect(isRefused).toBe(taken !== undefined && !isRejection(taken));
      expect(await statuses()).toEqual(isRefused ? ['free'] : []);
    },
  );

  it('is refused when a package with a key is not in the index yet', async () => {
    await follower.close();
    progress.follow({ position: 2n ** 60n, reached: () => Promise.resolve() });
    await node.add(((await createPackage()) as CatalogEntry).id, [{ text: 'LATE' }]);
    expect(await commands().deleteProduct()).toMatchObject({ code: 'ProductHasKeys' });
    expect(await statuses()).toEqual(['free']);
  });
});
