import { chmodSync } from 'node:fs';
import type { Migration } from '../src/platform/migrations/migrations.js';

/**
 * Format 1: the data directory of the embedded engines, readable by its owner alone, since it may hold the master key
 * and holds the control socket. The runner's record of this step is the format number.
 */
export const dataDirectory: Migration = {
  number: 1,
  name: 'data-directory',
  up: (directory, log) => {
    try {
      chmodSync(directory, 0o700);
    } catch (error) {
      // A mounted volume may belong to somebody else and still be ours to write.
      log(
        `data directory: cannot close ${directory} to other users (${(error as NodeJS.ErrnoException).code})`,
      );
    }
  },
};
