import type { Migration } from '../src/platform/migrations/migrations.js';

/**
 * Format 2: the log holds what programs of format 1 read wrongly. Some took records that keep the metadata of a decision
 * once for damaged ones; others opened logs with intakes whose texts are sealed together, charged for keys of them and
 * could not show them. Nothing is rewritten: the number alone keeps them out.
 */
export const sealedIntakes: Migration = {
  number: 2,
  name: 'sealed-intakes',
  up: () => {},
};
