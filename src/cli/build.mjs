// Builds the product into dist; with `tell` it only says where dist is of other files than those here; with `if-needed` only where dist is not what a build would make of the files here. A build
// begins by removing dist, also from under a server that runs from it: so `npm start` and `npm run demo` leave alone what stands.
// By the compiler alone: Nest's command line loads what Node has only since 20.19.3, and does nothing else for this build.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const MAIN = join('dist', 'src', 'main.js');
/** What dist was built from; written when a build has come to its end. */
const MARK = join('dist', '.built');
/** Of this process, on Linux. */
const LIMITS = '/proc/self/limits';
/** With fewer a start breaks off. */
const LEAST_FILES = 512;
const SETTINGS = ['package.json', 'package-lock.json', 'tsconfig.json'];
const COMPILED = /\.(ts|json)$/;

function filesIn(folder) {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && COMPILED.test(entry.name));
  return files.map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

function fingerprint() {
  const { include } = JSON.parse(readFileSync('tsconfig.json', 'utf8'));
  const hash = createHash('sha256').update(process.version);
  for (const file of [...SETTINGS, ...include.filter(existsSync).flatMap(filesIn).sort()]) {
    if (existsSync(file)) hash.update(`\0${file}\0`).update(readFileSync(file));
  }
  return hash.digest('hex');
}

/** What package.json asks for, as `>=20.19`, where the Node that runs this is older. */
function newerNodeNeeded() {
  const asked = JSON.parse(readFileSync('package.json', 'utf8')).engines?.node;
  const [major, minor] = (asked?.match(/\d+/g) ?? []).map(Number);
  const [ownMajor, ownMinor] = process.versions.node.split('.').map(Number);
  return ownMajor < major || (ownMajor === major && ownMinor < minor) ? asked : undefined;
}

/** Files that may be open at once, where that is too few for the modules of the product: Node tells only that one of them cannot be found. */
function tooFewFiles() {
  if (!existsSync(LIMITS)) return undefined;
  const files = Number(/^Max open files +(\d+)/m.exec(readFileSync(LIMITS, 'utf8'))?.[1] ?? Infinity);
  return files < LEAST_FILES ? files : undefined;
}

const stands = (wanted) => existsSync(MAIN) && existsSync(MARK) && readFileSync(MARK, 'utf8') === wanted;

if (process.argv[2] === 'tell') {
  if (!stands(fingerprint())) {
    console.error(
      'dist was built from other files than those here, and is used as it is: `npm start` builds it anew.',
    );
  }
  process.exit(0);
}
const files = tooFewFiles();
if (files !== undefined) {
  console.error(
    `KeyForge opens more than ${files} files at once, which is all that \`ulimit -n\` allows: set it to 1024 at least.`,
  );
  process.exit(1);
}
const newer = newerNodeNeeded();
if (newer !== undefined) {
  console.error(`KeyForge needs Node ${newer}, and this is ${process.versions.node}. Nothing was built.`);
  process.exit(1);
}
const wanted = fingerprint();
if (!stands(wanted) || process.argv[2] !== 'if-needed') {
  if (spawnSync('command -v tsc', { shell: true }).status !== 0) {
    console.error(
      'There is no compiler: where NODE_ENV is production, npm leaves out what a build needs. Run `npm install --include=dev`.',
    );
    process.exit(1);
  }
  rmSync('dist', { recursive: true, force: true });
  const { status } = spawnSync('tsc', { shell: true, stdio: 'inherit' });
  if (status === 0) writeFileSync(MARK, wanted);
  process.exitCode = status ?? 1;
}
