import type { AddressInfo } from 'node:net';
import { bannerText, localUrl, shownUrl } from './composition/banner.js';
import { checkMemory } from './composition/doctor/memory-check.js';
import { endAtOnce } from './composition/end-at-once.js';
import { openForServer } from './composition/open-data-directory.js';
import { serveOperations } from './composition/operations/run-here.js';
import { startApp } from './composition/start.js';
import { startFailure } from './composition/start-failure.js';
import { importWorkerAt, projectionWorkerAt, verifyProcessAt } from './composition/worker-entries.js';
import {
  idleSettings,
  loadSettings,
  readEnvironment,
  SettingsError,
  unsupportedSettings,
} from './platform/config/settings.js';
import { assertCanListen, listenFailure } from './platform/http/listening.js';
import { endOnSignals, stopOnSignals } from './platform/http/shutdown.js';
import { createLogger } from './platform/logging/logger.js';
import { limitOtherThreads } from './platform/threads/threads.js';

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
  const directory = await openForServer(settings.dataDir, (command) =>
    logger.warn({ command }, 'waiting for the command that uses the data directory'),
  );
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
  logger.info({ url: shownUrl(url, settings) }, 'listening');
  // Nobody need read it: a reader that has gone, or a full disk, is no reason to end.
  process.stdout.on('error', () => {});
  process.stdout.write(bannerText(url, settings, running));
}

main().catch((error: unknown) => {
  const { code, text } = startFailure(error);
  process.stderr.write(`${text}\n`);
  process.exit(code);
});
