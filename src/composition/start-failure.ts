import { SettingsError } from '../platform/config/settings.js';
import { DataDirectoryInUseError } from '../platform/data-directory/data-directory.js';
import { EventStoreError } from '../platform/event-store/event-store.js';
import { PortTaken } from '../platform/http/listening.js';
import { EnvironmentDamaged } from '../platform/lmdb/environment-file.js';
import { isAway } from '../platform/logging/seldom.js';
import { DataFormatError } from '../platform/migrations/migrations.js';
import { MasterKeyError } from '../platform/security/master-key.js';
import { EngineUnavailable } from './reach.js';

/** Exit codes follow sysexits: 69 is something that is taken, away or full, 70 an internal error, 78 a configuration error. */
const EXIT_UNAVAILABLE = 69;
const EXIT_SOFTWARE = 70;
const EXIT_CONFIG = 78;

/** What an operator can put right is said without a stack. */
export function startFailure(error: unknown): { readonly code: number; readonly text: string } {
  if (!(error instanceof Error)) return { code: EXIT_SOFTWARE, text: String(error) };
  const { message } = error;
  if ([SettingsError, MasterKeyError, DataFormatError].some((kind) => error instanceof kind)) {
    return { code: EXIT_CONFIG, text: message };
  }
  if (error instanceof EnvironmentDamaged) return { code: EXIT_SOFTWARE, text: message };
  if ([PortTaken, EngineUnavailable, DataDirectoryInUseError].some((kind) => error instanceof kind)) {
    return { code: EXIT_UNAVAILABLE, text: message };
  }
  if ((error as NodeJS.ErrnoException).code === 'ENOSPC')
    return {
      code: EXIT_UNAVAILABLE,
      text: `the disk of DATA_DIR is full (${message}): make room and start again`,
    };
  if (isAway(error)) return { code: EXIT_UNAVAILABLE, text: message };
  if (error instanceof EventStoreError && error.code === 'Damaged') {
    return { code: EXIT_SOFTWARE, text: `${message}\n\`npm run cli -- verify\` lists all damage` };
  }
  return { code: EXIT_SOFTWARE, text: error.stack ?? message };
}
