// Lets a child process of a test run TypeScript without a build: node -r ./test/support/register.cjs child.ts
// Compiles to CommonJS as Jest does, and resolves the `.js` of relative imports to the `.ts` beside it.
const { existsSync, readFileSync } = require('node:fs');
const Module = require('node:module');
const path = require('node:path');
const { transformSync } = require('@swc/core');

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

Module._extensions['.ts'] = (module, filename) => {
  module._compile(transformSync(readFileSync(filename, 'utf8'), options(filename)).code, filename);
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
