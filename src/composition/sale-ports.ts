import type { Provider } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { CatalogIndex, PackageKeys, StockView } from '../contexts/catalog/index.js';
import { Suppression } from '../contexts/deliveries/index.js';
import { KeyTexts, PackageLots, RetirePackageKeys, StockIndex } from '../contexts/inventory/index.js';
import {
  CustomerSecrets,
  KeyTextReader,
  OrderNumbers,
  PackageDirectory,
  SaleSettings,
  StockCandidates,
  Suppressions,
} from '../contexts/ordering/index.js';
import type { Settings } from '../platform/config/settings.js';
import { chain } from '../platform/execution/stream-loader.js';
import { IndexProgress } from '../platform/indexes/index-progress.js';
import { isRejection, type Rejection } from '../platform/kernel/rejection.js';
import { PublicIds, type SequenceStart } from '../platform/numbers/public-ids.js';
import { KeyedHash } from '../platform/security/keyed-hash.js';
import { sealedPlace, Vault } from '../platform/security/vault.js';

/** Thousands of numbers are used in a second. Edition 1 has scattered ids, see {@link OrderIdForm}. */
const ORDERS: SequenceStart = { blockSize: 2000, edition: 2 };

/** How long somebody who would be told that stock is out waits for the news of it. */
const STOCK_PATIENCE_MS = 1000;

/** What the ordering context needs of the others, bound to what they offer. */
export const salePorts = (settings: Settings): Provider[] => [
  {
    provide: PackageDirectory,
    inject: [CatalogIndex],
    useFactory: (catalog: CatalogIndex): PackageDirectory => ({
      packageId: (publicId) => catalog.packages.idOf(publicId),
    }),
  },
  {
    provide: StockCandidates,
    inject: [StockIndex, IndexProgress],
    useFactory: (stock: StockIndex, progress: IndexProgress): StockCandidates => ({
      candidates: (packageId, nowMs) => stock.candidates(packageId, nowMs),
      overdue: (packageId, at, earliestOf) => stock.overdue(packageId, at, earliestOf),
      catchUp: () => progress.catchUp(STOCK_PATIENCE_MS),
    }),
  },
  {
    provide: StockView,
    inject: [StockIndex],
    useFactory: (stock: StockIndex): StockView => ({
      isOffered: (packageId) => stock.isOffered(packageId, settings.releaseCooldownSeconds * 1000),
    }),
  },
  {
    provide: PackageKeys,
    inject: [PackageLots, CommandBus],
    useFactory: (lots: PackageLots, bus: CommandBus): PackageKeys => ({
      has: (context, packageId) => lots.hasKeys(context, packageId),
      lastStored: (tx) => lots.lastStored(tx),
      hasAfter: (tx, packageId, lot) => lots.hasKeysAfter(tx, packageId, lot),
      async retireAll(context, packageId) {
        const result = await bus.execute(new RetirePackageKeys(context, packageId));
        return isRejection(result) && result.code === 'KeysReserved'
          ? (result as Rejection<'KeysReserved'>)
          : null;
      },
    }),
  },
  { provide: KeyTextReader, useExisting: KeyTexts },
  {
    provide: CustomerSecrets,
    inject: [Vault, KeyedHash],
    useFactory: (vault: Vault, hashes: KeyedHash): CustomerSecrets => ({
      async seal(orderId, address) {
        const hash = hashes.hash('email', address.toLowerCase());
        const place = sealedPlace(`${settings.streamNamespace}.order-${orderId}`, 'email');
        return { address: await vault.sealUnder(`customer-${hash}`, place, address), hash };
      },
    }),
  },
  {
    provide: Suppressions,
    useValue: {
      isSuppressed: (tx, hash) => tx.load(Suppression, hash).isSuppressed,
    } satisfies Suppressions,
  },
  {
    provide: OrderNumbers,
    inject: [PublicIds],
    useFactory: (numbers: PublicIds): OrderNumbers => ({
      next: () => numbers.next('order', ORDERS),
      idForm: () =>
        chain(numbers.edition('order', ORDERS), (edition) => (edition === 1 ? 'scattered' : 'grouped')),
    }),
  },
  {
    provide: SaleSettings,
    useValue: {
      reservationTtlMs: settings.reservationTtlSeconds * 1000,
      cooldownMs: settings.releaseCooldownSeconds * 1000,
    } satisfies SaleSettings,
  },
];
