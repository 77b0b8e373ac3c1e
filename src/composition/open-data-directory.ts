import { setTimeout as sleep } from 'node:timers/promises';
import { SettingsError } from '../platform/config/settings.js';
import { type ControlClient, connectControl } from '../platform/data-directory/control-client.js';
import { DataDirectory, DataDirectoryInUseError } from '../platform/data-directory/data-directory.js';
import { unusableFile } from '../platform/data-directory/owned-files.js';
import { NoTemporaryFolder } from '../platform/data-directory/socket-path.js';
import { foreignContent, foreignText } from './own-content.js';

/**
 * @param command name of the command that works there by itself; null for a server
 * @throws {SettingsError | DataDirectoryInUseError}
 */
export async function openDataDirectory(path: string, command: string | null = null): Promise<DataDirectory> {
  refuseForeign(path);
  const directory = await DataDirectory.open(path, command).catch((error: unknown) => refuse(path, error));
  const unusable = unusableFile(path);
  if (!unusable) return directory;
  await directory.close();
  const message = `holds ${unusable.path}, which this user may not use (${unusable.code}): give all of it to the user of the server`;
  throw new SettingsError([{ variable: 'DATA_DIR', message }]);
}

/** A folder of somebody else is not filled, nor closed to other users. */
function refuseForeign(path: string): void {
  let names: readonly string[];
  try {
    names = foreignContent(path);
  } catch (error) {
    refuse(path, error);
  }
  if (names.length === 0) return;
  throw new SettingsError([{ variable: 'DATA_DIR', message: foreignText(path, names) }]);
}

/** Commands are mostly done in moments: a server that comes meanwhile waits this long. */
const COMMAND_PATIENCE_MS = 10_000;
const LOOK_MS = 100;

/**
 * Opens it for a server, which waits a little for a command that works there.
 * @param onWait is told once which command that is
 * @throws {SettingsError | DataDirectoryInUseError}
 */
export async function openForServer(
  path: string,
  onWait: (command: string) => void,
  patienceMs = COMMAND_PATIENCE_MS,
): Promise<DataDirectory> {
  const giveUpAt = performance.now() + patienceMs;
  for (let isTold = false; ; isTold = true) {
    try {
      return await openDataDirectory(path);
    } catch (error) {
      const command = error instanceof DataDirectoryInUseError ? error.command : null;
      if (command === null || performance.now() >= giveUpAt) throw error;
      if (!isTold) onWait(command);
    }
    await sleep(LOOK_MS);
  }
}

/** The server that holds the data directory; null if none does. @throws {SettingsError} */
export const connectServer = (path: string): Promise<ControlClient | null> =>
  connectControl(path).catch((error: unknown) => refuse(path, error));

/** A path that cannot be a folder is a wrong setting; that somebody else holds it is not. */
function refuse(path: string, error: unknown): never {
  if (error instanceof NoTemporaryFolder) {
    const message = `must be a folder that can be written, which ${error.folder} is not (${error.reason}), as the path of DATA_DIR is a long one`;
    throw new SettingsError([{ variable: 'TMPDIR', message }]);
  }
  const { code } = error as NodeJS.ErrnoException;
  if (error instanceof DataDirectoryInUseError || code === undefined) throw error;
  const message = `must be a folder that can be made and written, which ${path} is not (${code})`;
  throw new SettingsError([{ variable: 'DATA_DIR', message }]);
}
