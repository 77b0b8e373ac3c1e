import type { CatalogIndex } from '../contexts/catalog/index.js';
import type { StockIndex } from '../contexts/inventory/index.js';
import type { AccountDirectory } from '../contexts/partners/index.js';
import type { CallbackAttempts, NoticeIndex } from '../contexts/webhooks/index.js';
import type { Executor } from '../platform/execution/transaction.js';
import type { IndexProgress } from '../platform/indexes/index-progress.js';
import type { Jobs } from '../platform/jobs/jobs.js';
import type { Clock } from '../platform/kernel/clock.js';
import type { Ids } from '../platform/kernel/ids.js';
import type { Logger } from '../platform/logging/logger.js';
import { tellingOutagesSeldom } from '../platform/logging/seldom.js';
import { Processes } from '../platform/processes/processes.js';
import type { Projecting } from '../platform/projections/projecting.js';
import { Callbacks } from '../processes/callbacks/callbacks.js';
import { PackageStatus } from '../processes/package-status/package-status.js';
import { AccountSweep } from './account-sweep.js';
import { listProcesses, type ProcessParts } from './processes.js';

/** Something that runs in the worker alone. Started in the order of the list, stopped in reverse. */
export interface WorkerPart {
  start(): void | Promise<void>;
  /** Finishes what it is doing; nothing of it happens after this resolves. */
  close(): Promise<void>;
}

export interface WorkerPartsOptions extends ProcessParts {
  readonly projections: Projecting;
  readonly executor: Executor;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly stock: StockIndex;
  readonly catalog: CatalogIndex;
  readonly progress: IndexProgress;
  readonly directory: AccountDirectory;
  readonly notices: NoticeIndex;
  readonly attempts: CallbackAttempts;
  readonly jobs: Jobs;
  readonly logger: Logger;
  /** Null: there is no source of rates. */
  readonly rateFeed: WorkerPart | null;
}

/** The parts of one term, by name for tests and commands. */
export interface WorkerParts {
  readonly projections: Projecting;
  readonly processes: Processes;
  readonly packageStatus: PackageStatus;
  readonly all: readonly WorkerPart[];
}

/** Everything that the one worker runs. New parts are added to the list at the end. */
export function workerParts(options: WorkerPartsOptions): WorkerParts {
  const { projections, executor, clock, ids, stock, catalog, progress, directory, logger } = options;
  const packageStatus = new PackageStatus({
    ...{ executor, stock, catalog, ids },
    caughtUp: () => progress.caughtUp(),
    onLow: (id, available, threshold) =>
      logger.warn({ package: id, available, threshold }, 'a package is low on keys'),
    onError: (err, id) => logger.error({ err, id }, 'a package could not be switched and is tried again'),
  });
  const accounts = new AccountSweep(directory, (err) =>
    logger.error({ err }, 'an unfinished registration could not be finished and is tried again'),
  );
  const callbacks = new Callbacks({
    clock,
    index: options.notices,
    attempt: (lane, work, signal) => options.attempts.attempt(lane, work, signal),
    onDisabled: (webhook, partner, because) =>
      logger.warn({ webhook, partner, because }, 'a webhook was switched off'),
    onError: tellingOutagesSeldom((unsaid, err, webhook: number) =>
      logger.error({ err, webhook, ...unsaid }, 'a callback could not be made and is tried again'),
    ),
  });
  const processes = new Processes({
    list: listProcesses(options),
    jobs: options.jobs,
    clock,
    onError: tellingOutagesSeldom((unsaid, err, name: string, key: string) =>
      logger.error({ err, name, key, ...unsaid }, 'a process failed and tries again'),
    ),
  });
  const reacting: WorkerPart = { start: () => processes.start(), close: () => processes.stop() };
  const folding: WorkerPart = { start: () => projections.start(), close: () => projections.stop() };
  const rates = options.rateFeed ? [options.rateFeed] : [];
  const all = [folding, packageStatus, callbacks, reacting, accounts, ...rates];
  return { projections, processes, packageStatus, all };
}
