// The thread of the read models, which fails again and again for as long as a file says so.
import { existsSync } from 'node:fs';
import '../../src/composition/projection-worker.js';

const LOOK_MS = 20;

const { CRASH_WHILE = '' } = process.env;
setInterval(() => {
  if (existsSync(CRASH_WHILE)) throw new Error('planted');
}, LOOK_MS).unref();
