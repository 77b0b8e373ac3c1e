import type { Migration } from '../src/platform/migrations/migrations.js';
import { dataDirectory } from './0001-data-directory.js';

/** All migrations, in order; a new one is added at the end, and none is ever changed or taken away. */
export const MIGRATIONS: readonly Migration[] = [dataDirectory];
