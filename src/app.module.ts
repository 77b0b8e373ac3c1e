import { join } from 'node:path';
import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { MailboxController } from './apis/dev-mailbox/mailbox.controller.js';
import { Health } from './apis/operations/health.js';
import { MetricsAccess } from './apis/operations/metrics-access.js';
import { OPERATIONS_CONTROLLERS } from './apis/operations/operations.controller.js';
import { REFERENCE_CONTROLLERS, referenceProviders } from './apis/reference/reference.providers.js';
import {
  INBOUND_CONTROLLERS,
  REST_V2_CONTROLLERS,
  restV2Providers,
} from './apis/rest-v2/rest-v2.providers.js';
import { TERMINAL_V1_CONTROLLERS, terminalV1Providers } from './apis/terminal-v1/terminal-v1.providers.js';
import { AGGREGATES } from './composition/aggregates.js';
import { makeApiDocument } from './composition/api-document.js';
import { deliveryPorts, hasMailbox } from './composition/delivery-ports.js';
import type { Engines } from './composition/engines.js';
import { PROCESS_NAMES } from './composition/processes.js';
import { Runtime, type RuntimeOptions } from './composition/runtime.js';
import { salePorts } from './composition/sale-ports.js';
import { CATALOG_PROVIDERS, CatalogIndex } from './contexts/catalog/index.js';
import { DELIVERIES_PROVIDERS, DeliveryIndex } from './contexts/deliveries/index.js';
import { FingerprintIndex, inventoryProviders, SerialIndex, StockIndex } from './contexts/inventory/index.js';
import { ORDERING_PROVIDERS, SaleSettings } from './contexts/ordering/index.js';
import {
  AccountDirectory,
  AccountIndex,
  PARTNERS_PROVIDERS,
  PartnerDefaults,
  PartnerDirectory,
} from './contexts/partners/index.js';
import { PRICING_PROVIDERS } from './contexts/pricing/index.js';
import { WALLETS_PROVIDERS } from './contexts/wallets/index.js';
import {
  CallbackAttempts,
  NoticeIndex,
  NoticeStorage,
  webhooksProviders,
} from './contexts/webhooks/index.js';
import { AuditLog } from './platform/audit/audit-log.js';
import { LogTimes } from './platform/audit/log-times.js';
import { AuthService } from './platform/auth/auth-service.js';
import { RevokedSessions } from './platform/auth/revoked-sessions.js';
import { Tokens } from './platform/auth/tokens.js';
import type { Settings } from './platform/config/settings.js';
import { EventStore } from './platform/event-store/event-store.js';
import { openExecutor } from './platform/execution/open-executor.js';
import { Executor } from './platform/execution/transaction.js';
import { OutboundHttp } from './platform/http/outbound/outbound-http.js';
import { Turns } from './platform/http/turns.js';
import { IdempotencyStore } from './platform/idempotency/idempotency-store.js';
import { IndexProgress } from './platform/indexes/index-progress.js';
import { Jobs } from './platform/jobs/jobs.js';
import { QueueNames } from './platform/jobs/queue-names.js';
import { Clock } from './platform/kernel/clock.js';
import { Ids } from './platform/kernel/ids.js';
import { KeyStore } from './platform/key-store/key-store.js';
import type { Logger } from './platform/logging/logger.js';
import { MeasuredEventStore } from './platform/metrics/measured-event-store.js';
import { Metrics } from './platform/metrics/metrics.js';
import { PublicIds } from './platform/numbers/public-ids.js';
import { ReadModels } from './platform/projections/read-models.js';
import { Cursors } from './platform/security/cursors.js';
import { KeyedHash } from './platform/security/keyed-hash.js';
import { MasterKey } from './platform/security/master-key.js';
import { PasswordHasher } from './platform/security/password-hasher.js';
import { Vault } from './platform/security/vault.js';
import { FailureThrottles } from './platform/throttle/failure-throttle.js';
import { EmailDelivery } from './processes/email-delivery/email-delivery.js';
import { UnfinishedIndex } from './processes/recovery/unfinished.index.js';
import { OpenReservationIndex } from './processes/reservation-expiry/open-reservations.index.js';
import { WebhookWarnings } from './processes/webhook-warnings/webhook-warnings.js';

export interface AppOptions {
  readonly settings: Settings;
  readonly engines: Engines;
  /** What the world calls now: for signatures, sessions and codes. */
  readonly clock: Clock;
  /** What decisions and deadlines are counted by. */
  readonly decisionClock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly throttles: FailureThrottles;
  readonly readiness: Health;
  /** bcrypt's cost; default as the password hasher's. */
  readonly passwordCost?: number;
  /** The compiled reader of import files; absent: files are read in the main thread. */
  readonly importWorker?: URL;
  /** The compiled entry of a thread that folds the read models; absent: they are folded in the main thread. */
  readonly projectionWorker?: URL;
  /** For one command of an operator: nothing is fetched from outside. */
  readonly maintenance?: boolean;
}

const controllersOf = (settings: Settings) => {
  if (settings.role === 'worker') return OPERATIONS_CONTROLLERS;
  return [
    ...OPERATIONS_CONTROLLERS,
    ...TERMINAL_V1_CONTROLLERS,
    ...REST_V2_CONTROLLERS,
    ...INBOUND_CONTROLLERS,
    ...(hasMailbox(settings) ? [MailboxController] : []),
    ...REFERENCE_CONTROLLERS,
  ];
};

/** The composition root: the one place that says which implementation stands behind each port. */
@Module({})
export class AppModule {
  static register(options: AppOptions): DynamicModule {
    const turns = new Turns();
    return {
      module: AppModule,
      imports: [CqrsModule.forRoot()],
      providers: [
        ...platformProviders(options),
        ...contextProviders(options, turns),
        { provide: Turns, useValue: turns },
        runtimeProvider(options),
      ],
      controllers: controllersOf(options.settings),
    };
  }
}

function platformProviders(options: AppOptions): Provider[] {
  const { settings, engines, clock, decisionClock, ids, passwordCost, metrics, readiness } = options;
  const { events, snapshots, keys, master, hashes, documents, idempotency } = engines;
  const namespace = settings.streamNamespace;
  const store = new MeasuredEventStore(events, metrics);
  return [
    { provide: Clock, useValue: clock },
    { provide: Ids, useValue: ids },
    { provide: EventStore, useValue: events },
    { provide: KeyStore, useValue: keys },
    { provide: IdempotencyStore, useValue: idempotency },
    { provide: Jobs, useValue: engines.jobs },
    { provide: QueueNames, useValue: new QueueNames(PROCESS_NAMES) },
    { provide: MasterKey, useValue: master },
    { provide: KeyedHash, useValue: hashes },
    { provide: Cursors, useValue: new Cursors(master) },
    {
      provide: AuditLog,
      inject: [LogTimes],
      useFactory: (times: LogTimes) =>
        new AuditLog({ events, snapshots, namespace, times, aggregates: AGGREGATES }),
    },
    { provide: Metrics, useValue: metrics },
    { provide: MeasuredEventStore, useValue: store },
    { provide: FailureThrottles, useValue: options.throttles },
    { provide: Health, useValue: readiness },
    { provide: MetricsAccess, useValue: { token: settings.metricsToken } satisfies MetricsAccess },
    { provide: Vault, useValue: new Vault(keys) },
    { provide: PasswordHasher, useValue: new PasswordHasher(passwordCost) },
    {
      provide: Executor,
      useValue: openExecutor({ store, snapshots, clock: decisionClock, ids, namespace }),
    },
    {
      provide: PublicIds,
      inject: [Executor],
      useFactory: (executor: Executor) => new PublicIds(executor, ids),
    },
    {
      provide: Tokens,
      useFactory: () => new Tokens(master, clock),
    },
    RevokedSessions,
    AuthService,
    { provide: ReadModels, useValue: new ReadModels(documents) },
    UnfinishedIndex,
    OpenReservationIndex,
    LogTimes,
    IndexProgress,
  ];
}

function contextProviders({ settings, importWorker, logger }: AppOptions, turns: Turns): Provider[] {
  return [
    ...CATALOG_PROVIDERS,
    ...PRICING_PROVIDERS,
    ...PARTNERS_PROVIDERS,
    {
      provide: PartnerDefaults,
      useValue: {
        billingMode: settings.defaultBillingMode,
        creditLimit: settings.defaultCreditLimit,
      } satisfies PartnerDefaults,
    },
    ...WALLETS_PROVIDERS,
    ...inventoryProviders({
      namespace: settings.streamNamespace,
      timeZone: settings.businessTimeZone,
      importWorker,
      isSelling: () => turns.isBusy,
    }),
    ...ORDERING_PROVIDERS,
    ...salePorts(settings),
    ...DELIVERIES_PROVIDERS,
    ...deliveryPorts(settings, logger, () => turns.isBusy),
    ...webhooksProviders({ namespace: settings.streamNamespace }),
    outboundHttp(settings),
    ...terminalV1Providers({ publicUrl: settings.publicUrl }),
    ...referenceProviders(makeApiDocument),
    ...restV2Providers({
      timeZone: settings.businessTimeZone,
      uploads: join(settings.dataDir, 'uploads'),
      resendSecret: settings.resendWebhookSecret,
    }),
  ];
}

function outboundHttp({ nodeEnv, webhookAllowHttp, webhookAllowPrivate }: Settings): Provider {
  const allowHttp = webhookAllowHttp ?? nodeEnv !== 'production';
  return {
    provide: OutboundHttp,
    useValue: new OutboundHttp({ allowHttp, allowPrivate: webhookAllowPrivate }),
  };
}

/** In the order of the runtime's options of the same names. */
const RUNTIME_PARTS = {
  catalog: CatalogIndex,
  stock: StockIndex,
  fingerprints: FingerprintIndex,
  serials: SerialIndex,
  directory: AccountDirectory,
  accounts: AccountIndex,
  partners: PartnerDirectory,
  sessions: RevokedSessions,
  unfinished: UnfinishedIndex,
  reservations: OpenReservationIndex,
  notices: NoticeIndex,
  noticeStorage: NoticeStorage,
  attempts: CallbackAttempts,
  deliveries: DeliveryIndex,
  emailDelivery: EmailDelivery,
  webhookWarnings: WebhookWarnings,
  progress: IndexProgress,
  times: LogTimes,
  executor: Executor,
  terms: SaleSettings,
  models: ReadModels,
} satisfies Partial<Record<keyof RuntimeOptions, unknown>>;

type RuntimePart = keyof typeof RUNTIME_PARTS;

function runtimeProvider(options: AppOptions): Provider {
  const { settings, engines, logger, decisionClock: clock, ids, projectionWorker, maintenance } = options;
  const names = Object.keys(RUNTIME_PARTS);
  return {
    provide: Runtime,
    inject: Object.values(RUNTIME_PARTS),
    useFactory: (...found: unknown[]) => {
      const parts = Object.fromEntries(found.map((part, place) => [names[place], part]));
      return new Runtime({
        ...{ engines, settings, logger, clock, ids, projectionWorker, maintenance },
        ...(parts as unknown as Pick<RuntimeOptions, RuntimePart>),
      });
    },
  };
}
