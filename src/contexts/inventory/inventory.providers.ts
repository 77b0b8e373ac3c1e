import type { Provider } from '@nestjs/common';
import { EventStore } from '../../platform/event-store/event-store.js';
import { Executor } from '../../platform/execution/transaction.js';
import { IndexProgress } from '../../platform/indexes/index-progress.js';
import { Clock } from '../../platform/kernel/clock.js';
import { Ids } from '../../platform/kernel/ids.js';
import { KeyStore } from '../../platform/key-store/key-store.js';
import { KeyedHash } from '../../platform/security/keyed-hash.js';
import { Vault } from '../../platform/security/vault.js';
import { RecentReferences } from '../catalog/index.js';
import { AddKeysHandler } from './commands/add-keys.js';
import { PackageLots } from './commands/package-lots.js';
import { QuarantineKeyHandler } from './commands/quarantine-key.js';
import { RetireKeyHandler } from './commands/retire-key.js';
import { RetireKeysHandler } from './commands/retire-keys.js';
import { RetirePackageKeysHandler } from './commands/retire-package-keys.js';
import { RevealKeyHandler } from './commands/reveal-key.js';
import { UpdateKeyHandler } from './commands/update-key.js';
import { KeyFile } from './import/key-file.js';
import { KeyImporter } from './import/key-importer.js';
import { WorkerKeyFile } from './import/worker-key-file.js';
import { FingerprintIndex } from './indexes/fingerprint-index.js';
import { SerialIndex } from './indexes/serial-index.js';
import { StockIndex } from './indexes/stock-index.js';
import { KeyPreparers } from './intake/intake-terms.js';
import { KeyIntake } from './intake/key-intake.js';
import { KeyHistory } from './queries/key-history.js';
import { KeySearch } from './queries/key-search.js';
import { KeyTexts } from './queries/key-texts.js';

export interface InventorySettings {
  /** Prefix of all stream names. */
  readonly namespace: string;
  /** IANA name of the business zone, in which a key's last day ends. */
  readonly timeZone: string;
  /**
   * The compiled `import/key-file.worker`, which reads import files in a thread of its own; absent: read in
   * this one.
   */
  readonly importWorker?: URL;
  /** Whether customers are buying at the moment: they go before an import. */
  readonly isSelling?: () => boolean;
}

/**
 * What the composition root registers; the index follower must feed {@link StockIndex}, {@link FingerprintIndex}
 * and {@link SerialIndex}.
 */
export const inventoryProviders = ({
  namespace,
  timeZone,
  importWorker,
  isSelling,
}: InventorySettings): Provider[] => [
  FingerprintIndex,
  SerialIndex,
  { provide: StockIndex, inject: [Clock], useFactory: (clock: Clock) => new StockIndex(clock) },
  {
    provide: KeyPreparers,
    inject: [KeyedHash],
    useFactory: (hash: KeyedHash) => new KeyPreparers(hash, timeZone),
  },
  {
    provide: KeyIntake,
    inject: [Executor, FingerprintIndex, KeyStore, Ids, RecentReferences],
    useFactory: (
      executor: Executor,
      index: FingerprintIndex,
      keys: KeyStore,
      ids: Ids,
      references: RecentReferences,
    ) => new KeyIntake({ executor, index, keys, ids, references, namespace }),
  },
  {
    provide: KeyTexts,
    inject: [EventStore, Vault, SerialIndex],
    useFactory: (store: EventStore, vault: Vault, serials: SerialIndex) =>
      new KeyTexts(store, vault, namespace, serials),
  },
  {
    provide: KeyHistory,
    inject: [EventStore],
    useFactory: (store: EventStore) => new KeyHistory(store, namespace),
  },
  {
    provide: KeySearch,
    inject: [KeyedHash, FingerprintIndex, EventStore, Vault],
    useFactory: (hash: KeyedHash, index: FingerprintIndex, store: EventStore, vault: Vault) =>
      new KeySearch(hash, index, store, vault, namespace),
  },
  {
    provide: KeyImporter,
    inject: [Executor, KeyIntake, FingerprintIndex, KeyPreparers, Clock, IndexProgress],
    useFactory: (
      executor: Executor,
      intake: KeyIntake,
      index: FingerprintIndex,
      preparers: KeyPreparers,
      clock: Clock,
      progress: IndexProgress,
    ) =>
      new KeyImporter({
        executor,
        intake,
        index,
        preparers,
        clock,
        isSelling,
        caughtUp: () => progress.needed(),
        openSource: (options) =>
          importWorker ? new WorkerKeyFile(importWorker, options) : new KeyFile(options),
      }),
  },
  PackageLots,
  AddKeysHandler,
  RetireKeyHandler,
  RetireKeysHandler,
  RetirePackageKeysHandler,
  UpdateKeyHandler,
  QuarantineKeyHandler,
  RevealKeyHandler,
];
