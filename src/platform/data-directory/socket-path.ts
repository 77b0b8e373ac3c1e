import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** What fits into a socket address on every system (104 bytes on macOS, 108 on Linux, with the closing NUL). */
const MAX_SOCKET_PATH_BYTES = 100;

/** The folder for temporary files cannot be used: the data directory may be right. */
export class NoTemporaryFolder extends Error {
  constructor(
    readonly folder: string,
    readonly reason: string,
  ) {
    super(`nothing can be made in ${folder} (${reason})`);
    this.name = 'NoTemporaryFolder';
  }
}

function makeTemporary(): string {
  try {
    return mkdtempSync(join(tmpdir(), 'kf-'));
  } catch (error) {
    throw new NoTemporaryFolder(tmpdir(), (error as NodeJS.ErrnoException).code ?? 'unknown error');
  }
}

/**
 * Calls `use` with a path to `name` in `directory` that is short enough for a socket: through a symbolic link that
 * exists for the time of the call if the directory's own path is too long.
 * @throws {NoTemporaryFolder}
 */
export async function withSocketPath<T>(
  directory: string,
  name: string,
  use: (path: string) => Promise<T>,
): Promise<T> {
  const path = join(resolve(directory), name);
  if (Buffer.byteLength(path) <= MAX_SOCKET_PATH_BYTES) return use(path);
  const folder = makeTemporary();
  try {
    symlinkSync(resolve(directory), join(folder, 'd'));
    return await use(join(folder, 'd', name));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
