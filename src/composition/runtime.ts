import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { CatalogIndex } from '../contexts/catalog/index.js';
import type { DeliveryIndex } from '../contexts/deliveries/index.js';
import type { FingerprintIndex, SerialIndex, StockIndex } from '../contexts/inventory/index.js';
import type { SaleSettings } from '../contexts/ordering/index.js';
import type { AccountDirectory, AccountIndex, PartnerDirectory } from '../contexts/partners/index.js';
import type { CallbackAttempts, NoticeIndex, NoticeStorage } from '../contexts/webhooks/index.js';
import type { LogTimes } from '../platform/audit/log-times.js';
import type { RevokedSessions } from '../platform/auth/revoked-sessions.js';
import type { Settings } from '../platform/config/settings.js';
import type { Executor } from '../platform/execution/transaction.js';
import { IndexFollower } from '../platform/indexes/index-follower.js';
import type { IndexProgress } from '../platform/indexes/index-progress.js';
import type { Clock } from '../platform/kernel/clock.js';
import type { Ids } from '../platform/kernel/ids.js';
import type { Logger } from '../platform/logging/logger.js';
import type { ProcessFigures } from '../platform/processes/process-runner.js';
import type { Processes } from '../platform/processes/processes.js';
import { FoldedElsewhere } from '../platform/projections/folded-elsewhere.js';
import { ManifestWatch } from '../platform/projections/manifest-watch.js';
import type { Projecting } from '../platform/projections/projecting.js';
import type { ReadModels } from '../platform/projections/read-models.js';
import type { ReadStore } from '../platform/read-store/read-store.js';
import type { EmailDelivery } from '../processes/email-delivery/email-delivery.js';
import type { PackageStatus } from '../processes/package-status/package-status.js';
import type { UnfinishedIndex } from '../processes/recovery/unfinished.index.js';
import type { OpenReservationIndex } from '../processes/reservation-expiry/open-reservations.index.js';
import type { WebhookWarnings } from '../processes/webhook-warnings/webhook-warnings.js';
import type { Engines } from './engines.js';
import { createProjecting } from './projecting.js';
import { createRateFeed } from './rate-feed.js';
import { Worker } from './worker.js';
import { type WorkerParts, workerParts } from './worker-parts.js';

/** Between two looks whether this process has become the worker. */
const LOOK_MS = 50;

export interface RuntimeOptions {
  readonly engines: Engines;
  readonly settings: Settings;
  readonly logger: Logger;
  readonly catalog: CatalogIndex;
  readonly stock: StockIndex;
  readonly fingerprints: FingerprintIndex;
  readonly serials: SerialIndex;
  readonly directory: AccountDirectory;
  readonly accounts: AccountIndex;
  readonly partners: PartnerDirectory;
  readonly sessions: RevokedSessions;
  readonly unfinished: UnfinishedIndex;
  readonly reservations: OpenReservationIndex;
  readonly notices: NoticeIndex;
  readonly noticeStorage: NoticeStorage;
  readonly attempts: CallbackAttempts;
  readonly deliveries: DeliveryIndex;
  readonly emailDelivery: EmailDelivery;
  readonly webhookWarnings: WebhookWarnings;
  readonly progress: IndexProgress;
  readonly times: LogTimes;
  readonly executor: Executor;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly terms: SaleSettings;
  readonly models: ReadModels;
  /** The compiled entry of a thread that folds the read models; absent: this thread does. */
  readonly projectionWorker?: URL;
  /** For one command of an operator: nothing is fetched from outside. */
  readonly maintenance?: boolean;
}

/**
 * What runs beside the requests. On every node the indexes follow the log, and the read models are shown as they are
 * folded; the worker's parts run where this process is the worker. Started in that order, stopped in reverse.
 */
@Injectable()
export class Runtime {
  readonly follower: IndexFollower;
  private readonly worker: Worker | null;
  private readonly watch: ManifestWatch | null;
  private readonly elsewhere: Projecting;
  private stopping = false;

  constructor(private readonly options: RuntimeOptions) {
    const { engines, settings, logger, models, progress } = options;
    const { catalog, stock, fingerprints, serials, accounts, partners, sessions, unfinished } = options;
    const { reservations, notices, noticeStorage, times, deliveries } = options;
    const { emailDelivery, webhookWarnings } = options;
    const followed = [
      ...[catalog, stock, fingerprints, serials, accounts, partners, sessions, unfinished],
      ...[reservations, notices, noticeStorage, times, deliveries],
      ...[emailDelivery.index, webhookWarnings.index],
    ];
    const { events, indexes, documents, lease } = engines;
    this.follower = new IndexFollower(events, indexes, settings.streamNamespace, followed, (err) =>
      logger.error({ err }, 'the indexes could not be written and are tried again'),
    );
    progress.follow(this.follower);
    this.elsewhere = new FoldedElsewhere(events, models);
    this.watch =
      lease &&
      new ManifestWatch({
        ...{ documents, models, events },
        onReplaced: () => engines.documentsReplaced(),
        onError: (err) =>
          logger.warn(
            { variable: 'MONGODB_URL', err },
            'the read models cannot be looked at and stay as they are',
          ),
      });
    this.worker =
      settings.role === 'api'
        ? null
        : new Worker({
            engines,
            parts: (writable) => this.partsOn(writable),
            onTerm: (isOurs) => this.termChanged(isOurs),
            logger,
          });
  }

  /** Whoever folds the read models, or a stand-in where that is another process. */
  get projections(): Projecting {
    return this.worker?.current?.projections ?? this.elsewhere;
  }

  /** Whether queries find read models, of whatever age. */
  get hasReadModels(): boolean {
    return this.options.models.isThere;
  }

  get processes(): Processes {
    return this.work.processes;
  }

  /** By process; empty where another process is the worker. */
  processFigures(): ReadonlyMap<string, ProcessFigures> {
    return this.worker?.current?.processes.figures() ?? new Map();
  }

  get packageStatus(): PackageStatus {
    return this.work.packageStatus;
  }

  async start(): Promise<void> {
    await this.follower.start();
    this.watch?.start();
    await this.worker?.start();
  }

  /** Whether this process is the worker, or becomes it in time. */
  async isWorkerWithin(timeoutMs: number): Promise<boolean> {
    const giveUpAt = performance.now() + timeoutMs;
    while (this.worker && !this.worker.current && performance.now() < giveUpAt) await sleep(LOOK_MS);
    return (this.worker?.current ?? null) !== null;
  }

  /** Resolves when indexes and read models reflect everything that is in the log now. */
  async caughtUp(timeoutMs: number): Promise<boolean> {
    const head = await this.options.engines.events.headPosition();
    await this.follower.reached(head);
    return this.options.models.waitFor(head, timeoutMs);
  }

  /** Positions that the indexes are behind the log. */
  async indexLag(): Promise<bigint> {
    const lag = (await this.options.engines.events.headPosition()) - this.follower.position;
    return lag > 0n ? lag : 0n;
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await this.worker?.stop();
    await this.watch?.stop();
    await this.follower.close();
  }

  private get work(): WorkerParts {
    const current = this.worker?.current;
    if (!current) throw new Error('this process is not the worker');
    return current;
  }

  private partsOn(documents: ReadStore): WorkerParts {
    const { engines, settings, models, logger, projectionWorker: entry, executor } = this.options;
    const { clock, ids, terms, unfinished, reservations, stock, directory } = this.options;
    const { notices, attempts, emailDelivery, webhookWarnings, maintenance } = this.options;
    const { catalog, progress } = this.options;
    const { events, embedded, jobs } = engines;
    const namespace = settings.streamNamespace;
    return workerParts({
      projections: createProjecting({ events, documents, embedded, namespace, models, logger, entry }),
      ...{ executor, clock, ids, terms, unfinished, reservations, stock, directory },
      ...{ notices, attempts, jobs, logger, catalog, progress },
      emailDelivery: maintenance ? null : emailDelivery,
      webhookWarnings: maintenance ? null : webhookWarnings,
      rateFeed: maintenance ? null : createRateFeed({ executor, settings, clock, ids, logger }),
    });
  }

  /** Two must not say what is folded: the worker shows what it folds itself. */
  private async termChanged(isOurs: boolean): Promise<void> {
    if (isOurs) await this.watch?.stop();
    else if (!this.stopping) this.watch?.start();
  }
}
