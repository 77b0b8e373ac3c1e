import {
  CatalogIndex,
  Package,
  type PackageEvent,
  Product,
  type ProductEvent,
  RecentReferences,
} from '../../src/contexts/catalog/index.js';
import { AddKeysHandler } from '../../src/contexts/inventory/commands/add-keys.js';
import {
  AddKeys,
  FingerprintIndex,
  type KeysToAdd,
  KeyTexts,
  SerialIndex,
  StockIndex,
} from '../../src/contexts/inventory/index.js';
import { KeyPreparers } from '../../src/contexts/inventory/intake/intake-terms.js';
import { KeyIntake } from '../../src/contexts/inventory/intake/key-intake.js';
import type { EventStore } from '../../src/platform/event-store/event-store.js';
import { openExecutor } from '../../src/platform/execution/open-executor.js';
import type { CommandContext, Executor } from '../../src/platform/execution/transaction.js';
import { IndexFollower } from '../../src/platform/indexes/index-follower.js';
import { SystemIds } from '../../src/platform/kernel/ids.js';
import type { KeyStore } from '../../src/platform/key-store/key-store.js';
import { KeyedHash } from '../../src/platform/security/keyed-hash.js';
import { Vault } from '../../src/platform/security/vault.js';
import { NoSnapshots } from '../../src/platform/snapshots/snapshot-store.js';
import { ManualClock } from './manual-clock.js';
import { MemoryIndexStorage } from './memory-index-storage.js';

export const testContext: CommandContext = {
  commandId: 'command',
  correlationId: 'correlation',
  actor: { kind: 'staff', id: 'admin' },
  surface: 'test',
};

const created = (
  format: 'normalized' | 'exact',
): {
  product: Extract<ProductEvent, { type: 'ProductCreated' }>;
  pkg: Extract<PackageEvent, { type: 'PackageCreated' }>;
} => ({
  product: {
    type: 'ProductCreated',
    data: {
      publicId: 1,
      names: { en: 'Product', ru: null, az: null },
      supplierId: 'supplier',
      categoryId: null,
      status: 'active',
      position: null,
      imageUrl: null,
      thumbnailUrl: null,
      instructions: { en: null, ru: null, az: null },
      keyFormat: format,
    },
  },
  pkg: {
    type: 'PackageCreated',
    data: {
      publicId: 1,
      productId: `product-${format}`,
      supplierId: 'supplier',
      names: { en: 'Package', ru: null, az: null },
      basePrice: { amount: '100', currency: 'AZN' },
      explicitPrices: {},
      cost: { amount: '70', currency: 'AZN' },
      fulfilment: 'stock',
      releasePolicy: 'stock',
      position: null,
      status: 'inactive',
      hold: false,
    },
  },
});

/** The inventory of one process over a store that others may share. */
export class InventoryNode {
  readonly fingerprints = new FingerprintIndex();
  readonly serials = new SerialIndex();
  readonly stock: StockIndex;
  readonly catalog = new CatalogIndex();
  readonly references = new RecentReferences();
  readonly executor: Executor;
  readonly intake: KeyIntake;
  readonly texts: KeyTexts;
  readonly preparers: KeyPreparers;
  readonly vault: Vault;
  private readonly addKeys: AddKeysHandler;
  readonly follower: IndexFollower;

  private constructor(
    readonly store: EventStore,
    readonly keyStore: KeyStore,
    hash: KeyedHash,
    readonly clock: ManualClock,
    storage: MemoryIndexStorage,
  ) {
    const ids = new SystemIds();
    const namespace = 'kf';
    const snapshots = new NoSnapshots();
    this.executor = openExecutor({ store, snapshots, clock, ids, namespace });
    this.stock = new StockIndex(clock);
    this.vault = new Vault(keyStore);
    this.texts = new KeyTexts(store, this.vault, namespace, this.serials);
    this.preparers = new KeyPreparers(hash, 'Asia/Baku');
    const { executor, fingerprints: index, serials, stock, catalog } = this;
    const { references } = this;
    const own = { executor, index, keys: keyStore, ids, references, namespace };
    this.intake = new KeyIntake({ ...own, graceMs: 20 });
    this.addKeys = new AddKeysHandler(executor, this.intake, this.preparers, clock);
    this.follower = new IndexFollower(store, storage, namespace, [index, serials, stock, catalog]);
  }

  static async start(
    store: EventStore,
    keyStore: KeyStore,
    clock = new ManualClock(),
    storage = new MemoryIndexStorage(),
  ): Promise<InventoryNode> {
    const node = new InventoryNode(store, keyStore, await KeyedHash.open(keyStore), clock, storage);
    await node.follower.start();
    return node;
  }

  /** Creates a package without keys, inactive, of a product whose keys are compared that way. */
  async createPackage(id: string, format: 'normalized' | 'exact' = 'normalized'): Promise<void> {
    const { product, pkg } = created(format);
    await this.executor.run(testContext, (tx) => {
      const productId = pkg.data.productId;
      if (!tx.load(Product, productId).exists) tx.append(Product, productId, [product]);
      tx.append(Package, id, [pkg]);
    });
  }

  add(packageId: string, keys: KeysToAdd['keys'], rest: Partial<KeysToAdd> = {}) {
    return this.addKeys.execute(new AddKeys(testContext, { packageId, keys, ...rest }));
  }

  /** Waits until the indexes show everything that is in the store. */
  readonly caughtUp = async (): Promise<void> => {
    await this.follower.reached(await this.store.headPosition());
  };

  close(): Promise<void> {
    return this.follower.close();
  }
}
