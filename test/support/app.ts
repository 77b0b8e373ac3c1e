import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Command, CommandBus } from '@nestjs/cqrs';
import { type RunningApp, startApp } from '../../src/composition/start.js';
import { loadSettings } from '../../src/platform/config/settings.js';
import type { Timeouts } from '../../src/platform/event-store/eventstoredb/limits.js';
import type { CommandContext } from '../../src/platform/execution/transaction.js';
import { SystemIds } from '../../src/platform/kernel/ids.js';
import { isRejection, type Rejection } from '../../src/platform/kernel/rejection.js';
import { createLogger } from '../../src/platform/logging/logger.js';
import { ManualClock } from './manual-clock.js';
import { testEngines } from './test-engines.js';

/** The cheapest that bcrypt knows. */
const PASSWORD_COST = 4;
const CATCH_UP_MS = 5_000;

export interface AppOptions {
  readonly clock?: ManualClock;
  /** Runs by the system's clock; the test moves none. */
  readonly bySystemClock?: boolean;
  /** Environment variables, over those of a test. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly eventStoreTimeouts?: Timeouts;
}

/** The whole product on engines of its own (see {@link testEngines}), in a directory of its own, with a clock that the test moves. */
export interface TestApp extends RunningApp {
  readonly clock: ManualClock;
  /** Everything that was logged, one line each. */
  readonly lines: string[];
  /** A context for one command of an operator. */
  context(): CommandContext;
  /** Runs a command that must succeed, and waits until indexes and read models show it. */
  run<R>(command: Command<R>): Promise<Exclude<R, Rejection>>;
  /** Waits until indexes and read models show everything that is stored. */
  settle(): Promise<void>;
}

/** Starts the product. `close` it: it also removes the directory. */
export async function startTestApp({
  clock = new ManualClock(),
  bySystemClock = false,
  settings = {},
  eventStoreTimeouts,
}: AppOptions = {}): Promise<TestApp> {
  const dataDir = mkdtempSync(join(tmpdir(), 'keyforge-test-'));
  const lines: string[] = [];
  const servers = await testEngines();
  const remove = async (): Promise<void> => {
    await servers.dispose();
    rmSync(dataDir, { recursive: true, force: true });
  };
  const starting = startApp({
    settings: loadSettings({
      NODE_ENV: 'test',
      DATA_DIR: dataDir,
      KEYFORGE_DEMO: '0',
      LOG_LEVEL: 'trace',
      ...servers.settings,
      ...settings,
    }),
    logger: createLogger({ logLevel: 'trace' }, { write: (line) => lines.push(line) }),
    ...(bySystemClock ? {} : { clock }),
    eventStoreTimeouts,
    passwordCost: PASSWORD_COST,
  });
  const running = await starting.catch(async (error: unknown) => {
    await remove();
    throw error;
  });
  const ids = new SystemIds();
  const bus = running.app.get(CommandBus);
  const context = (): CommandContext => {
    const commandId = ids.uuid();
    return { commandId, correlationId: commandId, actor: { kind: 'staff', id: 'test' }, surface: 'test' };
  };
  const settle = async (): Promise<void> => {
    if (!(await running.runtime.caughtUp(CATCH_UP_MS))) throw new Error('the read models did not catch up');
  };
  return {
    ...running,
    clock,
    lines,
    context,
    settle,
    async run<R>(command: Command<R>): Promise<Exclude<R, Rejection>> {
      const result: unknown = await bus.execute(command);
      if (isRejection(result)) throw new Error(`${command.constructor.name}: ${result.code}`);
      await settle();
      return result as Exclude<R, Rejection>;
    },
    async close() {
      await running.close();
      await remove();
    },
  };
}
