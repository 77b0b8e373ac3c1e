import type { INestApplication } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { TerminalInFlight } from '../apis/terminal-v1/terminal.service.js';
import { NoticeIndex } from '../contexts/webhooks/index.js';
import { isRejection } from '../platform/kernel/rejection.js';
import { Mailer } from '../platform/mail/mailer.js';
import { ToldMailer } from '../platform/mail/told-mailer.js';
import { MeasuredEventStore } from '../platform/metrics/measured-event-store.js';
import type { Metrics } from '../platform/metrics/metrics.js';
import type { ProcessFigures } from '../platform/processes/process-runner.js';
import { secondsSince } from '../platform/projections/projecting.js';
import { ReadModels } from '../platform/projections/read-models.js';
import { PasswordHasher } from '../platform/security/password-hasher.js';
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

function measureReadModels(metrics: Metrics, runtime: Runtime, models: ReadModels): void {
  const status = () => runtime.projections.status();
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
  metrics.gauge(
    'log_silent_seconds',
    'For how long batches were handed to the log and it has acknowledged none',
    () => log.silentMs / MILLISECONDS,
  );
  const inFlight = app.get(TerminalInFlight);
  metrics.gauge('terminal_requests_in_flight', 'Terminal requests being worked on', () => inFlight.current);
  const hasher = app.get(PasswordHasher);
  metrics.gauge('password_checks', 'Password checks under way and waiting', () => hasher.load);
  measureProcesses(metrics, runtime);
  measureReceivers(metrics, app.get(Mailer), app.get(NoticeIndex));
}

/** Servers of others. One that is away makes nothing overdue or failing here: what it lacks waits for its next attempt. */
function measureReceivers(metrics: Metrics, mailer: Mailer, notices: NoticeIndex): void {
  metrics.gauge('mail_failures', 'Attempts in a row in which the mail server took no message', () =>
    mailer instanceof ToldMailer ? mailer.failures : 0,
  );
  metrics.gauge('webhooks_failing', 'Endpoints that are switched on and whose last attempt failed', () => {
    const lanes = [...notices.lanes.values()];
    return lanes.filter((lane) => lane.disabled === null && lane.failingSinceMs !== null).length;
  });
}

function measureProcesses(metrics: Metrics, runtime: Runtime): void {
  const each = (figure: (figures: ProcessFigures) => number) => () =>
    [...runtime.processFigures()].map(([process, figures]) => ({
      labels: { process },
      value: figure(figures),
    }));
  const ofEach = ['process'];
  metrics.gauge(
    'process_pending',
    'What a process is to do something about, due or not: open reservations, unfinished sales …',
    each(({ pending }) => pending),
    ofEach,
  );
  metrics.gauge(
    'process_overdue_seconds',
    'By how much the oldest that is due is overdue',
    each(({ oldestDueMs }) => oldestDueMs / MILLISECONDS),
    ofEach,
  );
  metrics.gauge(
    'process_failing',
    'What failed when it was tried last',
    each(({ failing }) => failing),
    ofEach,
  );
}
