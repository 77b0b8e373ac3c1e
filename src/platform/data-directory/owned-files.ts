import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const { R_OK, W_OK, X_OK } = constants;
/** What the product keeps in a data directory; what else lies there, as `lost+found`, is not looked at. */
const FOLDERS = ['log', 'keys', 'idempotency', 'documents', 'indexes', 'snapshots', 'jobs'];
const READ_ALONE = ['master.key', 'format.json'];

export interface Unusable {
  readonly path: string;
  readonly code: string;
}

/**
 * The first path of a data directory that this user may not use, as a command of another user leaves one, and why; null
 * if there is none.
 */
export function unusableFile(directory: string): Unusable | null {
  const files = READ_ALONE.map((name) => refusal(join(directory, name), R_OK));
  const folders = FOLDERS.map((name) => join(directory, name));
  return (
    files.find(Boolean) ??
    firstOf(folders, (folder) => refusal(folder, R_OK | W_OK | X_OK) ?? inFolder(folder))
  );
}

function firstOf(paths: readonly string[], look: (path: string) => Unusable | null): Unusable | null {
  for (const path of paths) {
    const problem = look(path);
    if (problem) return problem;
  }
  return null;
}

/** Of a folder that may be used. */
function inFolder(folder: string): Unusable | null {
  if (!existsSync(folder)) return null;
  return firstOf(readdirSync(folder), (name) => refusal(join(folder, name), R_OK | W_OK));
}

function refusal(path: string, mode: number): Unusable | null {
  try {
    accessSync(path, mode);
    return null;
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    // It was there, and is no more: what follows tells what that means.
    return code === 'ENOENT' ? null : { path, code };
  }
}
