import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { FORMAT_FILE } from '../platform/migrations/migrations.js';
import { UNFINISHED_RESTORE } from './backup/half-restored.js';

/** One of these is in each data directory, also in one whose first start broke off. */
const MARKS = [FORMAT_FILE, UNFINISHED_RESTORE, join('log', 'data.mdb'), join('keys', 'keys.mdb')];
/** What else may lie in one, also before the first start: folders on volumes of their own, a key that was put back. */
const OWN = new Set([
  ...['lock', 'control.sock', 'master.key', 'master.key.next', `${FORMAT_FILE}.new`],
  ...['log', 'keys', 'idempotency', 'documents', 'indexes', 'snapshots', 'jobs', 'uploads', 'mailbox'],
]);

/** What nobody keeps: a file system's own, as `.snapshot`, and what a shell and npm put into the home of the server's user, as `.profile` and `.npm`. */
export const isPassedOver = (name: string): boolean => name === 'lost+found' || name.startsWith('.');

/** Whether a folder is a data directory. */
export const hasData = (dataDir: string): boolean => MARKS.some((mark) => existsSync(join(dataDir, mark)));

/** What lies in a folder that is no data directory, and is none of what may lie in one; nothing if it may become one. */
export function foreignContent(dataDir: string): string[] {
  if (!existsSync(dataDir) || hasData(dataDir)) return [];
  return readdirSync(dataDir).filter((name) => !OWN.has(name) && !isPassedOver(name));
}

/** How {@link foreignContent} is told of, as the message of a setting. */
export const foreignText = (path: string, names: readonly string[]): string =>
  `must be an empty folder, one that is not there yet, or one with the data: in ${path} there are other things ` +
  `(${names.slice(0, 3).join(', ')}${names.length > 3 ? ' …' : ''}), and nothing was changed in it`;
