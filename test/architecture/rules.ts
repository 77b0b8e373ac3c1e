import { isPartOf, type Rule } from './rule.js';
import type { Import, SourceFile } from './source-files.js';

const CONTEXT = /^src\/contexts\/([^/]+)\//;
const API = /^src\/apis\/([^/]+)\//;
const ADAPTER = /^src\/platform\/(?:.*\/)?(embedded|eventstoredb|mongodb|redis|bullmq)\//;
const PURE = /^src\/contexts\/[^/]+\/(domain|events)\//;
const KERNEL = 'src/platform/kernel/';

const contextOf = (path: string): string | undefined => CONTEXT.exec(path)?.[1];
const apiOf = (path: string): string | undefined => API.exec(path)?.[1];
const engineOf = (path: string): string | undefined => ADAPTER.exec(path)?.[1];
const isSpec = (path: string): boolean => path.endsWith('.spec.ts');
const isContextIndex = (path: string): boolean => /^src\/contexts\/[^/]+\/index\.ts$/.test(path);
const isRelative = (found: Import): boolean => !found.isPackage;

/** Where adapters are chosen, or exercised for what they are. */
const COMPOSITION = ['src/app.module.ts', 'src/composition/', 'bench/', 'test/support/', 'test/contracts/'];

/** Packages that reach a disk, a server or a query engine: an adapter's business. */
const DRIVERS = ['lmdb', 'mingo', '@eventstore/db-client', 'mongodb', 'bullmq', 'ioredis'];
const LMDB = 'src/platform/lmdb/';
const isDriver = (target: string): boolean =>
  DRIVERS.some((name) => target === name || target.startsWith(`${name}/`));

/** Packages that pure code may use: values and functions alone. */
const PURE_PACKAGES = ['immutable'];

/** What makes a fold depend on who does it or when. `new Date(ms)` is a value and allowed. */
const IMPURE = [
  /\bDate\s*\.\s*now\b/,
  /\bnew\s+Date\s*(?:\(\s*\)|(?![\s\w(<]))/,
  /(?<!new\s+)(?<![\w.])Date\s*\(/,
  /\bMath\s*\.\s*random\b/,
  /(?<![\w.])(?:crypto|performance|process|globalThis)\s*\./,
  /(?<![\w.])(?:setTimeout|setInterval|setImmediate|queueMicrotask|fetch|require)\s*\(/,
];

/** A rule about single imports: `allows` answers whether `from` may import `found`. */
function importRule(
  name: string,
  reason: string,
  appliesTo: (path: string) => boolean,
  allows: (found: Import, from: string) => boolean,
): Rule {
  return {
    name,
    reason,
    check: (files) =>
      files
        .filter((file) => appliesTo(file.path))
        .flatMap((file) =>
          file.imports
            .filter((found) => !allows(found, file.path))
            .map((found) => `${file.path} imports ${found.target}${found.isTypeOnly ? ' (types)' : ''}`),
        ),
  };
}

/** A rule about what must not stand in a file's code (comments and string texts do not count). */
function codeRule(
  name: string,
  reason: string,
  appliesTo: (path: string) => boolean,
  forbidden: RegExp[],
): Rule {
  return {
    name,
    reason,
    check: (files) =>
      files
        .filter((file) => appliesTo(file.path))
        .flatMap((file) =>
          file.code
            .split('\n')
            .flatMap((line, index) =>
              forbidden.some((pattern) => pattern.test(line))
                ? [`${file.path}:${index + 1} ${line.trim()}`]
                : [],
            ),
        ),
  };
}

function fileRule(name: string, reason: string, breaks: (file: SourceFile) => boolean): Rule {
  return { name, reason, check: (files) => files.filter(breaks).map((file) => file.path) };
}

/** Whether an import from pure code leads to another context's door, for types alone. */
const isForeignType = (found: Import): boolean => isContextIndex(found.target) && found.isTypeOnly;

const dependencyRules: readonly Rule[] = [
  importRule(
    'the kernel stands alone',
    'everything rests on the kernel; whatever it needed would be needed by all',
    (path) => path.startsWith(KERNEL) && !isSpec(path),
    (found) => found.target.startsWith(KERNEL) || ['node:crypto', ...PURE_PACKAGES].includes(found.target),
  ),
  importRule(
    'the platform knows no context, no API and no process',
    'the platform is plumbing that the product is built on, so it must not know what is sold',
    (path) => path.startsWith('src/platform/') && !isSpec(path),
    (found) =>
      !/^(src\/(contexts|apis|processes|composition)\/|src\/app\.module|projections\/)/.test(found.target),
  ),
  importRule(
    'domain and events rest on the kernel and on their own context',
    'deciders and folds are read and tested without anything around them; of another context they may name types, by its index',
    (path) => PURE.test(path) && !isSpec(path),
    (found, from) => {
      if (found.isPackage) return PURE_PACKAGES.includes(found.target);
      if (found.target.startsWith(KERNEL) || isForeignType(found)) return true;
      const own = `src/contexts/${contextOf(from)}/`;
      return ['domain/', 'events/', 'limits.ts', 'rejections.ts'].some((part) =>
        found.target.startsWith(own + part),
      );
    },
  ),
  importRule(
    'events do not import the domain',
    'what is stored outlives every model of it; only the model follows the stored format',
    (path) => /^src\/contexts\/[^/]+\/events\//.test(path) && !isSpec(path),
    (found) => !/^src\/contexts\/[^/]+\/domain\//.test(found.target),
  ),
  importRule(
    'a context is imported by its index',
    'one door per context: what is behind it can change without asking anyone',
    (path) => !path.startsWith('test/'),
    (found, from) => {
      const target = contextOf(found.target);
      return target === undefined || target === contextOf(from) || isContextIndex(found.target);
    },
  ),
  importRule(
    'contexts know no API, no process and no composition',
    'several APIs stand on one domain, and none of them may shape it',
    (path) => path.startsWith('src/contexts/'),
    (found) => !/^src\/(apis|processes|composition)\/|^src\/app\.module/.test(found.target),
  ),
  importRule(
    'one API never imports another',
    'each API is a wire contract with an end of its own: it must be possible to delete it alone',
    (path) => path.startsWith('src/apis/'),
    (found, from) => apiOf(found.target) === undefined || apiOf(found.target) === apiOf(from),
  ),
  importRule(
    'processes know no API',
    'what reacts to events must work whoever caused them',
    (path) => path.startsWith('src/processes/'),
    (found) => !found.target.startsWith('src/apis/'),
  ),
  importRule(
    'adapters are chosen in the composition root',
    'code that names an engine cannot run on another one; it depends on the port',
    (path) => !isPartOf(path, COMPOSITION),
    (found, from) => {
      const engine = engineOf(found.target);
      return engine === undefined || engine === engineOf(from);
    },
  ),
  importRule(
    'drivers are used by adapters alone',
    'a driver outside of its adapter is a second, untested adapter',
    (path) => engineOf(path) === undefined && !isPartOf(path, COMPOSITION) && !path.startsWith(LMDB),
    (found) => !isDriver(found.target),
  ),
  importRule(
    'projections are definitions',
    'a read model must be the same whoever rebuilds it: events in, document out, types of the ports around it',
    (path) => path.startsWith('projections/') && !isSpec(path),
    (found, from) => {
      if (found.isPackage) return PURE_PACKAGES.includes(found.target);
      if (found.target.startsWith(KERNEL) || isForeignType(found)) return true;
      if (/^src\/platform\/(projections|read-store)\/[^/]+\.ts$/.test(found.target)) return true;
      return found.target.startsWith('projections/') && from.startsWith('projections/');
    },
  ),
  importRule(
    'the product does not import its tests',
    'what is only tested with it must not be shipped with it',
    (path) => !isPartOf(path, ['test/', 'bench/']) && !isSpec(path),
    (found) => !isRelative(found) || (!isPartOf(found.target, ['test/', 'bench/']) && !isSpec(found.target)),
  ),
  {
    name: 'contexts do not import each other in circles',
    reason: 'contexts in a circle are one context with two names',
    check: (files) => contextCircles(files),
  },
];

function contextCircles(files: readonly SourceFile[]): string[] {
  const uses = new Map<string, Set<string>>();
  for (const file of files) {
    const from = contextOf(file.path);
    if (from === undefined || isSpec(file.path)) continue;
    for (const found of file.imports) {
      const to = contextOf(found.target);
      if (to !== undefined && to !== from) uses.set(from, (uses.get(from) ?? new Set()).add(to));
    }
  }
  const circles: string[] = [];
  const walk = (path: readonly string[]): void => {
    for (const next of uses.get(path.at(-1) ?? '') ?? []) {
      // Each circle is reported once, from its alphabetically first context.
      if (next === path[0]) circles.push([...path, next].join(' → '));
      else if (!path.includes(next) && next > (path[0] ?? '')) walk([...path, next]);
    }
  };
  for (const start of uses.keys()) walk([start]);
  return circles;
}

const isPure = (path: string): boolean =>
  (PURE.test(path) || path.startsWith('projections/')) && !isSpec(path);

const MAX_LINES = 300;

/** An object with a `maxLength` or `maxKeys` above fast-check's own bound, and no `size`. */
const BOUNDED = /\{(?![^{}]*\bsize\b)[^{}]*\bmax(?:Length|Keys)\s*:\s*(?:1[1-9]|[2-9]\d|\d{3,})\b[^{}]*\}/;

const codeRules: readonly Rule[] = [
  codeRule(
    'domain, events and projections are pure',
    'folding never depends on who reads or when: time and ids come with the command',
    isPure,
    IMPURE,
  ),
  codeRule(
    'only the entry files use import.meta',
    'tests compile to CommonJS, which has none',
    (path) => path !== 'src/main.ts' && path !== 'src/cli.ts',
    [/\bimport\s*\.\s*meta\b/],
  ),
  codeRule(
    'no test is skipped or focused',
    'a test that does not run proves nothing and looks as if it did; only engines without a server are left out, aloud',
    (path) => isSpec(path) && !path.startsWith('test/contracts/'),
    [
      /\b(?:describe|it|test)\s*\.\s*(?:skip|only|todo)\b/,
      /(?<![\w.])(?:xit|fit|xtest|xdescribe|fdescribe)\s*\(/,
    ],
  ),
  fileRule(
    'what is made up by chance is as long as its test says',
    'fast-check makes at most ten elements unless it is told `size`, whatever the greatest length is',
    ({ imports, code }) => imports.some(({ target }) => target === 'fast-check') && BOUNDED.test(code),
  ),
  fileRule(
    "index.ts stands only at a context's root",
    'a door per folder hides where things are; there is one per context',
    (file) => file.path.endsWith('/index.ts') && !isContextIndex(file.path),
  ),
  fileRule(
    `no source file is longer than ${MAX_LINES} lines`,
    'a file that cannot be read in one go holds more than one idea',
    (file) => file.path.startsWith('src/') && file.lineCount > MAX_LINES,
  ),
];

/** Every rule about the source, each with the reason that a broken one prints. */
export const RULES: readonly Rule[] = [...dependencyRules, ...codeRules];
