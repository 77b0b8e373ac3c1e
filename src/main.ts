import type { AddressInfo } from 'node:net';
import { bannerText, localUrl } from './composition/banner.js';
import { checkMemory } from './composition/doctor/memory-check.js';
import { endAtOnce } from './composition/end-at-once.js';
import { openDataDirectory } from './composition/open-data-directory.js';
import { serveOperations } from './composition/operations/run-here.js';
import { EngineUnavailable } from './composition/reach.js';
import { startApp } from './composition/start.js';
import { importWorkerAt, projectionWorkerAt, verifyProcessAt } from './composition/worker-entries.js';
import {
  idleSettings,
  loadSettings,
  readEnvironment,
  SettingsError,
  unsupportedSettings,
} from './platform/config/settings.js';
import { DataDirectoryInUseError } from './platform/data-directory/data-directory.js';
import { EventStoreError } from './platform/event-store/event-store.js';
import { assertCanListen, listenFailure, PortTaken } from './platform/http/listening.js';
import { endOnSignals, stopOnSignals } from './platform/http/shutdown.js';
import { EnvironmentDamaged } from './platform/lmdb/environment-file.js';
import { createLogger } from './platform/logging/logger.js';
import { DataFormatError } from './platform/migrations/migrations.js';
import { MasterKeyError } from './platform/security/master-key.js';
import { limitOtherThreads } from './platform/threads/threads.js';

/** Exit codes follow sysexits: 69 is something that is taken, 70 an internal error, 78 a configuration error. */
const EXIT_UNAVAILABLE = 69;
const EXIT_SOFTWARE = 70;
const EXIT_CONFIG = 78;

async function main(): Promise<void> {
  endOnSignals();
  limitOtherThreads();
  const settings = loadSettings(readEnvironment(process.env, process.cwd()));
  const refused = unsupportedSettings(settings);
  if (refused.length > 0) {
    throw new SettingsError(refused.map((variable) => ({ variable, message: 'is not supported yet' })));
  }
  const logger = createLogger(settings);
  for (const variable of idleSettings(settings)) logger.warn({ variable }, 'this setting has no effect yet');
  const memory = checkMemory();
  if (memory.state !== 'ok') logger.warn({ memory: memory.text }, `little memory: ${memory.advice}`);
  const directory = await openDataDirectory(settings.dataDir);
  await assertCanListen(settings);
  const running = await startApp({
    settings,
    logger,
    importWorker: importWorkerAt(import.meta.url),
    projectionWorker: projectionWorkerAt(import.meta.url),
    onFatal: endAtOnce,
  });
  const stop = async (): Promise<void> => {
    await running.close();
    await directory.close();
  };
  stopOnSignals(async () => {
    await running.drain();
    await stop();
  }, logger);
  serveOperations(directory, running, settings, verifyProcessAt(import.meta.url));
  try {
    await running.app.listen(settings.port, settings.host);
  } catch (error) {
    await stop();
    throw listenFailure(error, settings);
  }
  const url = localUrl(running.adapter.getHttpServer().address() as AddressInfo);
  logger.info({ url: settings.publicUrl }, 'listening');
  // Nobody need read it: a reader that has gone, or a full disk, is no reason to end.
  process.stdout.on('error', () => {});
  process.stdout.write(bannerText(url, settings, running));
}

/** What an operator can put right is said without a stack. */
function failure(error: unknown): { readonly code: number; readonly text: string } {
  if (!(error instanceof Error)) return { code: EXIT_SOFTWARE, text: String(error) };
  const { message } = error;
  if ([SettingsError, MasterKeyError, DataFormatError].some((kind) => error instanceof kind)) {
    return { code: EXIT_CONFIG, text: message };
  }
  if (error instanceof EnvironmentDamaged) return { code: EXIT_SOFTWARE, text: message };
  if ([PortTaken, EngineUnavailable, DataDirectoryInUseError].some((kind) => error instanceof kind)) {
    return { code: EXIT_UNAVAILABLE, text: message };
  }
  if (error instanceof EventStoreError && error.code === 'Damaged') {
    return { code: EXIT_SOFTWARE, text: `${message}\n\`npm run cli -- verify\` lists all damage` };
  }
  return { code: EXIT_SOFTWARE, text: error.stack ?? message };
}

main().catch((error: unknown) => {
  const { code, text } = failure(error);
  process.stderr.write(`${text}\n`);
  process.exit(code);
});
