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
  // Jest would leave a core to itself. A quarter of the time goes into tests that wait for processes and clocks, so one file more for
  // two cores is run meanwhile: no test may rest on a time that a busy machine does not keep.
  maxWorkers: Math.ceil(1.5 * availableParallelism()),
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
