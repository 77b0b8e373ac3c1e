const { availableParallelism } = require('node:os');

// Everything is compiled to CommonJS for tests: Jest's ESM mode breaks on CommonJS helpers that require ESM.
const esmOnly = [
  '@nestjs',
  'cookie',
  'content-disposition',
  'file-type',
  'strtok3',
  'token-types',
  'uint8array-extras',
  '@tokenizer',
  '@borewit',
  'mingo',
  'p-limit',
  '@scure',
  '@noble',
];

module.exports = {
  testEnvironment: '<rootDir>/test/support/environment.cjs',
  // Tests of processes, clocks and the disk wait half of their time; Jest would leave a core to itself besides. With more
  // workers than this, tests of time-outs see some of their own making.
  maxWorkers: availableParallelism() + 1,
  roots: ['<rootDir>/src', '<rootDir>/projections', '<rootDir>/test'],
  testMatch: ['**/*.spec.ts'],
  // A busy machine takes several times as long; a test that hangs is noticed all the same.
  testTimeout: 30_000,
  transform: {
    '^.+\\.(ts|m?js)$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
          target: 'es2022',
        },
        module: { type: 'commonjs' },
      },
    ],
  },
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transformIgnorePatterns: [`/node_modules/(?!(${esmOnly.join('|')})/)`],
};
