import {
  closeSync,
  existsSync,
  fdatasyncSync,
  lstatSync,
  openSync,
  rmSync,
  statfsSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { Settings } from '../../platform/config/settings.js';
import { connectControl } from '../../platform/data-directory/control-client.js';
import { unusableFile } from '../../platform/data-directory/owned-files.js';
import { UNFINISHED_RESTORE } from '../backup/half-restored.js';
import { foreignContent, foreignText } from '../own-content.js';
import { type Finding, ok, problem, warning } from './finding.js';

const OLDEST_NODE = [20, 19] as const;
const MEBIBYTE = 1024 * 1024;
/** `/readyz` answers 503 below the first. */
const MIN_FREE_BYTES = 64 * MEBIBYTE;
const LITTLE_FREE_BYTES = 1024 * MEBIBYTE;
const SLOW_FLUSHES_PER_SECOND = 100;
const FLUSH_MS = 200;
const FLUSHED_BYTES = 4096;

/** What a container writes that has no volume. */
const OVERLAYFS = 2035054128;
/** By the magic numbers of statfs(2). */
const FILE_SYSTEMS: Readonly<
  Record<number, readonly [name: string, state: 'warning' | 'problem', advice: string]>
> = {
  16914836: ['tmpfs', 'problem', 'everything in it is lost with the machine: put DATA_DIR on a disk'],
  2240043254: ['ramfs', 'problem', 'everything in it is lost with the machine: put DATA_DIR on a disk'],
  [OVERLAYFS]: [
    'overlayfs',
    'warning',
    'a container loses it when it is made anew: put DATA_DIR on a volume',
  ],
  26985: ['NFS', 'problem', 'its locks and flushes cannot be relied on: put DATA_DIR on a local disk'],
};

export function checkNode(version = process.versions.node): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isOld = major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1]);
  return isOld
    ? problem('node', `${version} is too old`, `install Node ${OLDEST_NODE.join('.')} or newer`)
    : ok('node', version);
}

const GIVE_FILES = 'give all of DATA_DIR to the user of the server, and run commands as that user';

/** What is there of the data directory: where it is kept, room, speed of flushes, who may read it. */
export async function checkDataDirectory(
  settings: Pick<Settings, 'dataDir' | 'eventStoreUrl' | 'mongoDbUrl'>,
): Promise<Finding[]> {
  const { dataDir } = settings;
  if (isBrokenLink(dataDir)) {
    return [
      problem('data', `${dataDir} is a link to nowhere`, 'make the folder that it leads to, or remove it'),
    ];
  }
  if (isFile(dataDir)) return [problem('data', `${dataDir} is a file`, 'set DATA_DIR to a folder')];
  const isThere = existsSync(dataDir);
  const place = isThere ? dataDir : nearestExisting(dataDir);
  const control = isThere ? await connectControl(dataDir) : null;
  control?.close();
  const unusable = unusableFile(dataDir);
  const foreign = foreignContent(dataDir);
  const server = control ? 'in use by a running server' : 'not in use';
  return [
    isThere ? ok('data', `${dataDir}, ${server}`) : ok('data', `${dataDir} will be made at the first start`),
    ...(unusable
      ? [problem('files', `this user may not use ${unusable.path} (${unusable.code})`, GIVE_FILES)]
      : []),
    ...(foreign.length > 0
      ? [problem('data', `DATA_DIR ${foreignText(dataDir, foreign)}`, 'set DATA_DIR to another folder')]
      : []),
    ...(existsSync(join(dataDir, UNFINISHED_RESTORE))
      ? [problem('restore', 'a restore broke off', 'run `npm run cli -- restore FOLDER` again')]
      : []),
    checkFileSystem(statfsSync(place).type, Boolean(settings.eventStoreUrl && settings.mongoDbUrl)),
    checkSpace(statfsSync(place)),
    checkFlushes(place),
    ...checkModes(dataDir),
  ];
}

function isBrokenLink(path: string): boolean {
  return !existsSync(path) && lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** Then nothing can be stored there, and nothing else is found. */
export const isFile = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() === false;

function nearestExisting(path: string): string {
  return existsSync(path) ? path : nearestExisting(dirname(path));
}

/** @param isBuiltFromLog whether all that is kept there, uploads aside, is kept by servers as well */
export function checkFileSystem(type: number, isBuiltFromLog = false): Finding {
  const known = FILE_SYSTEMS[type];
  if (known && type === OVERLAYFS && isBuiltFromLog)
    return ok('file system', `DATA_DIR is on ${known[0]}, and is built anew from the log`);
  if (!known) return ok('file system', `of type 0x${type.toString(16)}`);
  const [name, state, advice] = known;
  return { check: 'file system', state, text: `DATA_DIR is on ${name}`, advice };
}

export function checkSpace({ bavail, bsize }: { readonly bavail: number; readonly bsize: number }): Finding {
  const free = bavail * bsize;
  const text = `${Math.floor(free / MEBIBYTE)} MiB free`;
  if (free < MIN_FREE_BYTES)
    return problem('disk space', text, 'sales are refused when it is full: make room');
  return free < LITTLE_FREE_BYTES ? warning('disk space', text, 'make room soon') : ok('disk space', text);
}

/** How often a second a small write reaches the disk; each commit waits for one. */
function checkFlushes(place: string): Finding {
  const path = join(place, `.doctor-${process.pid}.tmp`);
  try {
    const file = openSync(path, 'wx', 0o600);
    try {
      // At once, so that nothing is left where this process is ended.
      rmSync(path);
      return judgeFlushes(flushesPerSecond(file));
    } finally {
      closeSync(file);
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return problem(
      'flushes',
      `${place} cannot be written (${code})`,
      code === 'ENOSPC' ? 'make room' : 'let the owner of the process write DATA_DIR',
    );
  }
}

function flushesPerSecond(file: number): number {
  const bytes = Buffer.alloc(FLUSHED_BYTES, 1);
  const startedAt = performance.now();
  let count = 0;
  for (; performance.now() - startedAt < FLUSH_MS; count += 1) {
    writeSync(file, bytes, 0, bytes.length, 0);
    fdatasyncSync(file);
  }
  return (count * 1000) / (performance.now() - startedAt);
}

export function judgeFlushes(perSecond: number): Finding {
  const text = `${Math.round(perSecond)} a second`;
  return perSecond < SLOW_FLUSHES_PER_SECOND
    ? warning('flushes', text, 'every sale waits for one: use a disk that flushes faster')
    : ok('flushes', text);
}

/** Others of this machine must not read what is there. */
function checkModes(dataDir: string): Finding[] {
  const open = ['', 'keys', 'log', 'lock', 'master.key', 'master.key.next'].filter((name) => {
    const found = statSync(join(dataDir, name), { throwIfNoEntry: false });
    if (!found) return false;
    return (found.mode & (name === '' || name.startsWith('master') ? 0o077 : 0o022)) !== 0;
  });
  if (open.length === 0) return existsSync(dataDir) ? [ok('file modes', 'for the owner alone')] : [];
  return open.map((name) => {
    const path = join(dataDir, name);
    const mode = name.startsWith('master') ? '0600' : '0700';
    return problem('file modes', `others may use ${path}`, `chmod ${mode} ${path}`);
  });
}
