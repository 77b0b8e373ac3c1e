import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { MUTATIONS } from './mutations.js';
import { planted } from './planted.js';
import { REACTIONS } from './reactions.js';

// Whether the tests notice it is seen by `npm run test:mutations`, which takes minutes.
it.each([...MUTATIONS, ...REACTIONS].map((mutation) => [mutation.name, mutation] as const))(
  'the bug "%s" can be planted',
  (_, mutation) => {
    const original = readFileSync(resolve(mutation.file), 'utf8');
    expect(planted(original, mutation)).not.toBe(original);
  },
);
