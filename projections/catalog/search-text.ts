import type { Names } from '../../src/contexts/catalog/index.js';
import { foldCase } from '../../src/platform/kernel/fold-case.js';

/** All names in one case, a line each: what a search looks for parts of. */
export const searchText = ({ en, ru, az }: Names): string =>
  foldCase([en, ru, az].filter((name) => name !== null).join('\n'));
