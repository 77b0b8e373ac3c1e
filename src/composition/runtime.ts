import { Injectable } from '@nestjs/common';
import { CatalogIndex } from '../contexts/catalog/index.js';
import { FingerprintIndex, SerialIndex, StockIndex } from '../contexts/inventory/index.js';
import { SaleSettings } from '../contexts/ordering/index.js';
import { AccountDirectory, AccountIndex, PartnerDirectory } from '../contexts/partners/index.js';
import type { CallbackAttempts, NoticeIndex, NoticeStorage } from '../contexts/webhooks/index.js';
import { RevokedSessions } from '../platform/auth/revoked-sessions.js';
import { Executor } from '../platform/execution/transaction.js';
import { IndexFollower } from '../platform/indexes/index-follower.js';
import { IndexProgress } from '../platform/indexes/index-progress.js';
import { Clock } from '../platform/kernel/clock.js';
import { Ids } from '../platform/kernel/ids.js';
import type { Logger } from '../platform/logging/logger.js';
import { Processes } from '../platform/processes/processes.js';
import type { Projecting } from '../platform/projections/projecting.js';
import { ReadModels } from '../platform/projections/read-models.js';
import { Callbacks } from '../processes/callbacks/callbacks.js';
import { PackageStatus } from '../processes/package-status/package-status.js';
import { UnfinishedIndex } from '../processes/recovery/unfinished.index.js';
import { OpenReservationIndex } from '../processes/reservation-expiry/open-reservations.index.js';
import type { Engines } from './engines.js';
import { listProcesses } from './processes.js';
import { createProjecting } from './projecting.js';

/** How often registrations that nobody finished are looked for. */
const ACCOUNT_SWEEP_MS = 30_000;

/** What runs beside the requests: indexes, read models, processes. Started in that order, stopped in reverse. */
@Injectable()
export class Runtime {
  readonly follower: IndexFollower;
  readonly projections: Projecting;
  readonly packageStatus: PackageStatus;
  readonly callbacks: Callbacks;
  readonly processes: Processes;
  private accountSweep: NodeJS.Timeout | null = null;

  constructor(
    private readonly engines: Engines,
    namespace: string,
    private readonly logger: Logger,
    private readonly parts: {
      directory: AccountDirectory;
      catalog: CatalogIndex;
      stock: StockIndex;
      fingerprints: FingerprintIndex;
      serials: SerialIndex;
      accounts: AccountIndex;
      partners: PartnerDirectory;
      sessions: RevokedSessions;
      unfinished: UnfinishedIndex;
      reservations: OpenReservationIndex;
      notices: NoticeIndex;
      noticeStorage: NoticeStorage;
      attempts: CallbackAttempts;
      progress: IndexProgress;
      executor: Executor;
      clock: Clock;
      ids: Ids;
      terms: SaleSettings;
      models: ReadModels;
      /** The compiled entry of a thread that folds the read models; absent: this thread does. */
      projectionWorker?: URL;
    },
  ) {
    const { events, indexes } = engines;
    const followed = [
      parts.catalog,
      parts.stock,
      parts.fingerprints,
      parts.serials,
      parts.accounts,
      parts.partners,
      parts.sessions,
      parts.unfinished,
      parts.reservations,
      parts.notices,
      parts.noticeStorage,
    ];
    this.follower = new IndexFollower(events, indexes, namespace, followed, (err) =>
      logger.error({ err }, 'the indexes could not be written and are tried again'),
    );
    parts.progress.follow(this.follower);
    const { models, projectionWorker: entry } = parts;
    this.projections = createProjecting({ engines, namespace, models, logger, entry });
    this.processes = new Processes({
      list: listProcesses(parts),
      jobs: engines.jobs,
      clock: parts.clock,
      onError: (err, name, key) => logger.error({ err, name, key }, 'a process failed and tries again'),
    });
    this.packageStatus = new PackageStatus({
      executor: parts.executor,
      stock: parts.stock,
      ids: parts.ids,
      onError: (err, id) => logger.error({ err, id }, 'a package could not be switched and is tried again'),
    });
    this.callbacks = new Callbacks({
      index: parts.notices,
      clock: parts.clock,
      attempt: (lane, work) => parts.attempts.attempt(lane, work),
      onDisabled: (webhook, partner, because) =>
        logger.warn({ webhook, partner, because }, 'a webhook was switched off'),
      onError: (err, webhook) =>
        logger.error({ err, webhook }, 'a callback could not be made and is tried again'),
    });
  }

  async start(): Promise<void> {
    await this.follower.start();
    await this.projections.start();
    this.packageStatus.start();
    this.callbacks.start();
    this.processes.start();
    await this.finishAccounts();
    this.accountSweep = setInterval(() => void this.finishAccounts(), ACCOUNT_SWEEP_MS);
    this.accountSweep.unref();
  }

  private async finishAccounts(): Promise<void> {
    try {
      await this.parts.directory.advanceOpenPlans();
    } catch (err) {
      this.logger.error({ err }, 'an unfinished registration could not be finished and is tried again');
    }
  }

  /** Resolves when indexes and read models reflect everything that is in the log now. */
  async caughtUp(timeoutMs: number): Promise<boolean> {
    const head = await this.engines.events.headPosition();
    await this.follower.reached(head);
    return this.parts.models.waitFor(head, timeoutMs);
  }

  /** Positions that the indexes are behind the log. */
  async indexLag(): Promise<bigint> {
    const lag = (await this.engines.events.headPosition()) - this.follower.position;
    return lag > 0n ? lag : 0n;
  }

  async stop(): Promise<void> {
    if (this.accountSweep) clearInterval(this.accountSweep);
    await this.callbacks.close();
    await this.processes.stop();
    await this.packageStatus.close();
    await this.projections.stop();
    await this.follower.close();
  }
}
