import type { Migration } from '../src/platform/migrations/migrations.js';
import { dataDirectory } from './0001-data-directory.js';
import { sealedIntakes } from './0002-sealed-intakes.js';

/** All migrations, in order; a new one is added at the end, and none is ever changed or taken away. */
export const MIGRATIONS: readonly Migration[] = [dataDirectory, sealedIntakes];
