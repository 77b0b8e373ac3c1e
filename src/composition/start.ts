import 'reflect-metadata';
import { setTimeout as sleep } from 'node:timers/promises';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { keepRawBody } from '../apis/rest-v2/deliveries/raw-body.js';
import { RESEND_WEBHOOK_PATH } from '../apis/rest-v2/deliveries/resend-webhook.controller.js';
import { restV2Surface } from '../apis/rest-v2/surface.js';
import { acceptMultipart } from '../apis/rest-v2/uploads/multipart.js';
import { terminalV1Surface } from '../apis/terminal-v1/surface.js';
import { AppModule } from '../app.module.js';
import type { Settings } from '../platform/config/settings.js';
import { EmbeddedEventStore } from '../platform/event-store/embedded/embedded-event-store.js';
import type { EventStore } from '../platform/event-store/event-store.js';
import type { Timeouts } from '../platform/event-store/eventstoredb/limits.js';
import { eventTimeMs } from '../platform/execution/event-codec.js';
import { SurfaceExceptionFilter } from '../platform/http/exception-filter.js';
import { HttpAdapter } from '../platform/http/http-adapter.js';
import { shutDown } from '../platform/http/shutdown.js';
import { Turns } from '../platform/http/turns.js';
import { type Clock, SystemClock } from '../platform/kernel/clock.js';
import { type Ids, SystemIds } from '../platform/kernel/ids.js';
import { SteadyClock } from '../platform/kernel/steady-clock.js';
import type { Logger } from '../platform/logging/logger.js';
import { NestLogger } from '../platform/logging/nest-logger.js';
import { MeasuredEventStore } from '../platform/metrics/measured-event-store.js';
import { Metrics } from '../platform/metrics/metrics.js';
import { type Engines, openEngines } from './engines.js';
import { type FirstStart, firstStart, NOTHING_MADE } from './first-start.js';
import { measure } from './measures.js';
import { Readiness } from './readiness.js';
import { Runtime } from './runtime.js';
import { openThrottles } from './throttles.js';

export interface StartOptions {
  readonly settings: Settings;
  readonly logger: Logger;
  /** Default: the system's. */
  readonly clock?: Clock;
  readonly ids?: Ids;
  /** bcrypt's cost; tests lower it. */
  readonly passwordCost?: number;
  /** How long EventStoreDB may take; tests wait for less. */
  readonly eventStoreTimeouts?: Timeouts;
  readonly importWorker?: URL;
  readonly projectionWorker?: URL;
  /** True: for one command of an operator. What a first start makes and shows is left to the server's start. */
  readonly maintenance?: boolean;
  /** The disk cannot be trusted any more: the process must end. */
  readonly onFatal?: (error: unknown) => void;
}

export interface RunningApp extends FirstStart {
  readonly app: INestApplication;
  readonly adapter: HttpAdapter;
  readonly engines: Engines;
  readonly runtime: Runtime;
  /** Says by `/readyz` that nothing more should come, and serves what comes all the same for `DRAIN_SECONDS`. */
  drain(): Promise<void>;
  /** Finishes what was accepted, then closes everything. */
  close(): Promise<void>;
}

/** Opens the engines and builds the application on them, ready to listen. The caller holds the data directory's lock. */
export async function startApp(options: StartOptions): Promise<RunningApp> {
  const { settings, logger, clock = new SystemClock(), ids = new SystemIds() } = options;
  const steady = options.clock ? null : steadyClock(clock, logger);
  const decisionClock = steady ?? clock;
  const onFatal = options.onFatal ?? ((error) => logger.fatal({ err: error }, 'the log failed'));
  const { eventStoreTimeouts } = options;
  const parts = { settings, clock: decisionClock, ids, logger, onFatal, eventStoreTimeouts };
  const engines = await openEngines(parts);
  try {
    if (steady) steady.goOnFrom(await timeReached(engines.events));
    return await startOn(engines, { ...options, clock, decisionClock, ids });
  } catch (error) {
    await engines.close();
    throw error;
  }
}

/** A clock that was set back is not followed by decisions and deadlines, unless it was days ahead; whoever runs the server should know. */
const steadyClock = (wall: Clock, logger: Logger): SteadyClock =>
  new SteadyClock({
    wall,
    onSetBack: (setBackMs) =>
      logger.warn({ setBackMs }, 'the clock was set back: decisions go on at the time that they had reached'),
    onPutRight: (setBackMs) =>
      logger.warn(
        { setBackMs },
        'the clock was set back by days: it was wrong, and what was decided by it keeps its times',
      ),
  });

/** When the newest decision was made that this log has, ms; of a shared log other nodes may have made it: 0. */
async function timeReached(events: EventStore): Promise<number> {
  if (!events.atomicBatches) return 0;
  const newest = await events.eventAt(await events.headPosition());
  return newest ? eventTimeMs(newest) : 0;
}

async function startOn(
  engines: Engines,
  options: StartOptions & { readonly clock: Clock; readonly decisionClock: Clock; readonly ids: Ids },
): Promise<RunningApp> {
  const { settings, logger, clock, decisionClock, ids, maintenance } = options;
  const throttles = await openThrottles({ settings, hashes: engines.hashes, clock, logger });
  const metrics = new Metrics();
  const { events } = engines;
  const isKept = () => !(events instanceof EmbeddedEventStore) || events.isKept;
  const readiness = new Readiness(settings.dataDir, isKept);
  const adapter = new HttpAdapter({
    settings,
    surfaces: settings.role === 'worker' ? [] : [terminalV1Surface, restV2Surface],
    logger,
    onAnswered: (request, seconds) => metrics.answered(request, seconds),
  });
  const { passwordCost, importWorker, projectionWorker } = options;
  const app = await NestFactory.create(
    AppModule.register({
      ...{ settings, engines, clock, decisionClock, ids, logger, metrics, readiness, throttles },
      ...{ passwordCost, importWorker, projectionWorker, maintenance },
    }),
    adapter,
    { logger: new NestLogger(logger), abortOnError: false },
  );
  app.useGlobalFilters(new SurfaceExceptionFilter(adapter));
  const runtime = app.get(Runtime);
  measure(app, runtime, metrics);
  await startRuntime(runtime);
  readiness.watch(runtime, app.get(MeasuredEventStore));
  adapter.getHttpServer().on('connection', app.get(Turns).accepted);
  acceptMultipart(adapter);
  keepRawBody(adapter, RESEND_WEBHOOK_PATH);
  await app.init();
  await adapter.getInstance().ready();
  // Of several processes those that serve requests alone leave it to the others.
  const made = maintenance || settings.role === 'api' ? NOTHING_MADE : await firstStart(app, settings);
  return {
    app,
    adapter,
    engines,
    runtime,
    ...made,
    async drain() {
      readiness.drain();
      await sleep(settings.drainSeconds * 1_000);
    },
    async close() {
      await shutDown(app, { logger });
      await runtime.stop();
      await throttles.close();
      await engines.close();
    },
  };
}

/** What was started before something else could not be is stopped again. */
async function startRuntime(runtime: Runtime): Promise<void> {
  try {
    await runtime.start();
  } catch (error) {
    await runtime.stop();
    throw error;
  }
}
