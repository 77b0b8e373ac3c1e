import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const undo = new Set<() => void>();
let isWatching = false;

/**
 * Runs `action` when this process ends, however it is asked to; returns a way to forget it. For what must not stay
 * behind when a run is broken off: child processes and folders.
 */
export function atExit(action: () => void): () => void {
  if (!isWatching) {
    isWatching = true;
    // The newest first: a server ends before its folder goes.
    process.on('exit', () => {
      for (const each of [...undo].reverse()) each();
    });
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.on(signal, () => process.exit(130));
  }
  undo.add(action);
  return () => undo.delete(action);
}

export interface TemporaryFolder {
  readonly path: string;
  remove(): void;
}

/** A new folder that is gone after `remove`, or with this process. */
export function temporaryFolder(name: string): TemporaryFolder {
  const path = mkdtempSync(join(tmpdir(), `${name}-`));
  const removeFiles = (): void => rmSync(path, { recursive: true, force: true });
  const forget = atExit(removeFiles);
  return {
    path,
    remove() {
      removeFiles();
      forget();
    },
  };
}
