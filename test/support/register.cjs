// Lets a child process of a test run TypeScript without a build: node -r ./test/support/register.cjs child.ts
// Compiles to CommonJS as Jest does, and resolves the `.js` of relative imports to the `.ts` beside it.
const { createHash } = require('node:crypto');
const { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } = require('node:fs');
const Module = require('node:module');
const path = require('node:path');

const root = path.resolve(__dirname, '../..');

const options = (filename) => ({
  filename,
  configFile: false,
  swcrc: false,
  sourceMaps: 'inline',
  jsc: {
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true },
    target: 'es2022',
  },
  module: { type: 'commonjs' },
});

const cache = path.join(root, 'node_modules/.cache/keyforge-tests');
mkdirSync(cache, { recursive: true });
const versions = `${readFileSync(__filename, 'utf8')} ${require('@swc/core/package.json').version}`;

/** Compiled once for all processes: a start would take seconds more. */
function compiled(filename) {
  const source = readFileSync(filename, 'utf8');
  const hash = createHash('sha256').update(`${versions} ${filename}\n${source}`).digest('hex');
  const kept = path.join(cache, `${hash}.js`);
  if (existsSync(kept)) return readFileSync(kept, 'utf8');
  const { code } = require('@swc/core').transformSync(source, options(filename));
  // Under a name of its own first: another process may read it at this moment.
  const writing = `${kept}.${process.pid}`;
  writeFileSync(writing, code);
  renameSync(writing, kept);
  return code;
}

Module._extensions['.ts'] = (module, filename) => {
  module._compile(compiled(filename), filename);
};

const resolveFilename = Module._resolveFilename;
Module._resolveFilename = function (request, parent, ...rest) {
  if (request.endsWith('.js') && request.startsWith('.') && parent?.filename?.startsWith(root + path.sep)) {
    const source = path.resolve(path.dirname(parent.filename), `${request.slice(0, -3)}.ts`);
    if (existsSync(source)) return source;
  }
  return resolveFilename.call(this, request, parent, ...rest);
};

// The package is of type "module", so Node would hand a `.ts` entry to its ESM loader, which does not know the type.
const runMain = Module.runMain;
Module.runMain = function (...args) {
  const entry = process.argv[1];
  if (!entry?.endsWith('.ts')) return runMain.apply(this, args);
  return Module._load(path.resolve(entry), null, true);
};
