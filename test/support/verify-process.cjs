// The process that looks at a log which may be damaged, from its source.
require('./register.cjs');
require('../../src/composition/operations/verify.process.ts');
