import { startApp } from './composition/start.js';
import {
  idleSettings,
  loadSettings,
  readEnvironment,
  SettingsError,
  unsupportedSettings,
} from './platform/config/settings.js';
import { stopOnSignals } from './platform/http/shutdown.js';
import { createLogger } from './platform/logging/logger.js';

/** Exit codes follow sysexits: 78 is a configuration error, 70 an internal one. */
const EXIT_CONFIG = 78;
const EXIT_SOFTWARE = 70;

async function main(): Promise<void> {
  const settings = loadSettings(readEnvironment(process.env, process.cwd()));
  const refused = unsupportedSettings(settings);
  if (refused.length > 0) {
    throw new SettingsError(refused.map((variable) => ({ variable, message: 'is not supported yet' })));
  }
  const logger = createLogger(settings);
  for (const variable of idleSettings(settings)) logger.warn({ variable }, 'this setting has no effect yet');
  const running = await startApp({
    settings,
    logger,
    importWorker: new URL('./contexts/inventory/import/key-file.worker.js', import.meta.url),
    onFatal: (error) => {
      logger.fatal({ err: error }, 'the log failed: stopping, nothing more is accepted');
      logger.flush();
      process.exit(EXIT_SOFTWARE);
    },
  });
  stopOnSignals(() => running.close(), logger);
  await running.app.listen(settings.port, settings.host);
  logger.info({ url: settings.publicUrl }, 'listening');
}

main().catch((error: unknown) => {
  if (error instanceof SettingsError) {
    process.stderr.write(`${error.message}\n`);
    process.exit(EXIT_CONFIG);
  }
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(EXIT_SOFTWARE);
});
