import type { INestApplication } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { TerminalInFlight } from '../apis/terminal-v1/terminal.service.js';
import { Clock } from '../platform/kernel/clock.js';
import { isRejection } from '../platform/kernel/rejection.js';
import { MeasuredEventStore } from '../platform/metrics/measured-event-store.js';
import type { Metrics } from '../platform/metrics/metrics.js';
import { secondsSince } from '../platform/projections/projecting.js';
import { ReadModels } from '../platform/projections/read-models.js';
import { PasswordHasher } from '../platform/security/password-hasher.js';
import { UnfinishedIndex } from '../processes/recovery/unfinished.index.js';
import type { Runtime } from './runtime.js';

const MILLISECONDS = 1_000;

/** Counts the commands that pass the bus, by what became of them. */
function countCommands(bus: CommandBus, metrics: Metrics): void {
  const execute = bus.execute.bind(bus);
  bus.execute = ((command: object) => {
    const { name } = command.constructor;
    const executed: Promise<unknown> = execute(command as never);
    executed.then(
      (result) => metrics.carriedOut(name, isRejection(result) ? result.code : 'ok'),
      () => metrics.carriedOut(name, 'error'),
    );
    return executed;
  }) as typeof bus.execute;
}

function measureReadModels(metrics: Metrics, { projections }: Runtime, models: ReadModels): void {
  const status = () => projections.status();
  metrics.gauge('projection_lag_events', 'Positions that the read models are behind the log', async () =>
    Number((await status()).lagEvents),
  );
  metrics.gauge(
    'projection_lag_seconds',
    'Age of the oldest event that the read models lack',
    async () => (await status()).lagSeconds,
  );
  metrics.gauge(
    'projection_rebuild_events',
    'Events folded so far into read models that are being built anew',
    async () =>
      (await status()).rebuilding.flatMap(({ projections: folded, events }) =>
        folded.map((projection) => ({ labels: { projection }, value: events })),
      ),
    ['projection'],
  );
  const delay = metrics.histogram(
    'projection_delay_seconds',
    'Time from the decision of the first event of a batch until its documents can be read',
  );
  models.whenFolded(({ firstAt }) => delay(secondsSince(firstAt)));
}

/** Hooks the metrics to whatever they are about. Figures that are not counted are read when somebody asks. */
export function measure(app: INestApplication, runtime: Runtime, metrics: Metrics): void {
  countCommands(app.get(CommandBus), metrics);
  measureReadModels(metrics, runtime, app.get(ReadModels));
  metrics.gauge(
    'index_lag_events',
    'Positions that the indexes of the write side are behind the log',
    async () => Number(await runtime.indexLag()),
  );
  const log = app.get(MeasuredEventStore);
  metrics.gauge(
    'commits_in_flight',
    'Batches handed to the log and not acknowledged yet',
    () => log.appendsInFlight,
  );
  const inFlight = app.get(TerminalInFlight);
  metrics.gauge('terminal_requests_in_flight', 'Terminal requests being worked on', () => inFlight.current);
  const hasher = app.get(PasswordHasher);
  metrics.gauge('password_checks', 'Password checks under way and waiting', () => hasher.load);
  const { queue } = app.get(UnfinishedIndex);
  metrics.gauge(
    'unfinished_operations',
    'Open reservations, and sales, refunds and top-ups without their end',
    () => queue.size,
  );
  const clock = app.get(Clock);
  metrics.gauge(
    'recovery_overdue_seconds',
    'Age of the oldest deadline that recovery has not taken up',
    () => {
      const dueMs = queue.nextDueMs();
      return dueMs === null ? 0 : Math.max(0, (clock.now() - dueMs) / MILLISECONDS);
    },
  );
}
