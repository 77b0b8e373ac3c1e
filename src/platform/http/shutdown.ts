import { isatty } from 'node:tty';
import type { INestApplication } from '@nestjs/common';
import type { Logger } from '../logging/logger.js';
import type { HttpAdapter } from './http-adapter.js';
import { SHUTDOWN_GRACE_MS } from './limits.js';

const IDLE_CHECK_MS = 50;

export interface ShutdownOptions {
  readonly logger: Logger;
  readonly graceMs?: number;
}

/**
 * Stops the application in order: no new connection, every accepted request answered, then Nest's shutdown hooks
 * (which close projections, executor and stores). Requests that take longer than `graceMs` lose their connection;
 * what they began is finished by recovery at the next start.
 */
export async function shutDown(app: INestApplication, options: ShutdownOptions): Promise<void> {
  const adapter = app.getHttpAdapter() as HttpAdapter;
  const graceMs = options.graceMs ?? SHUTDOWN_GRACE_MS;
  const deadline = setTimeout(() => {
    options.logger.warn({ graceMs }, 'closing the connections of requests that did not finish in time');
    adapter.getHttpServer().closeAllConnections();
  }, graceMs);
  // A client keeps its connection for the next request; nobody else tells it that there will be none.
  const idle = setInterval(() => adapter.getHttpServer().closeIdleConnections(), IDLE_CHECK_MS);
  try {
    await adapter.close();
  } finally {
    clearTimeout(deadline);
    clearInterval(idle);
  }
  await app.close();
}

/** What a shell says of a process that SIGTERM ended. */
const EXIT_TERMINATED = 143;
const end = (): void => process.exit(EXIT_TERMINATED);

/** Whether a terminal is read or written, whose end is told by SIGHUP. Node takes no notice that `nohup` asked to ignore it. */
const hasTerminal = (): boolean => [0, 1, 2].some((fd) => isatty(fd));

/**
 * Until {@link stopOnSignals} a signal ends the process at once. The system sees to that, but not for the first process of a
 * container, whose stop would wait in vain while it starts. Without a terminal SIGHUP means nothing here.
 */
export function endOnSignals(): void {
  if (!hasTerminal()) process.on('SIGHUP', () => {});
  if (process.pid !== 1) return;
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
}

/** Node's own way out sets the terminal right, and aborts where there is none any more. */
function endByHangup(): void {
  process.removeAllListeners('SIGHUP');
  process.kill(process.pid, 'SIGHUP');
}

/** Calls `stop` once at SIGTERM, SIGINT or the end of the terminal, then ends the process: with 0, or with 1 if stopping failed. */
export function stopOnSignals(stop: (signal: NodeJS.Signals) => Promise<void>, logger: Logger): void {
  let stopping = false;
  const begin = (signal: NodeJS.Signals): void => {
    if (stopping) return;
    stopping = true;
    logger.info({ signal }, 'stopping');
    stop(signal).then(
      () => (signal === 'SIGHUP' ? endByHangup() : process.exit(0)),
      (err: unknown) => {
        logger.fatal({ err }, 'could not stop cleanly');
        process.exit(1);
      },
    );
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.off(signal, end);
    process.on(signal, begin);
  }
  if (hasTerminal()) process.on('SIGHUP', begin);
}
