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
  // Jest would leave a core to itself, and on two cores run one file after the other. With more workers than cores the tests
  // end sooner, but those of time-outs and of processes meet some of their own making.
  maxWorkers: '100%',
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
