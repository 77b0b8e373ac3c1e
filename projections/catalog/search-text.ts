import type { Names } from '../../src/contexts/catalog/index.js';

/** All names in lower case, a line each: what a search looks for parts of. */
export const searchText = ({ en, ru, az }: Names): string =>
  [en, ru, az]
    .filter((name) => name !== null)
    .join('\n')
    .toLowerCase();
