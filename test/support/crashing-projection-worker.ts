// The thread of the read models, which fails a moment after it has started for as long as a file says so.
import { existsSync } from 'node:fs';
import '../../src/composition/projection-worker.js';

const CRASH_AFTER_MS = 30;

const { CRASH_WHILE = '' } = process.env;
if (existsSync(CRASH_WHILE)) {
  setTimeout(() => {
    throw new Error('planted');
  }, CRASH_AFTER_MS);
}
