import { defineProjection } from '../../src/platform/projections/projection.js';
import type { ReadDocument } from '../../src/platform/read-store/read-store.js';
import { MOVEMENTS, type Movement, movementMinor } from './movement.js';

/** A statement's running balance adds up whole stretches, and single lines only in the last one. */
export const REVISIONS_PER_STRETCH = 1000;
const STRETCH_DIGITS = 10;

/** What the movements of a stretch of a wallet's stream come to. */
export interface MovementSumDocument extends ReadDocument {
  /** `<owner>.<purpose>.<currency>` */
  readonly wallet: string;
  /** Number of the stretch: revision / {@link REVISIONS_PER_STRETCH}. */
  readonly stretch: number;
  /** Minor units. */
  readonly sum: string;
}

export const stretchOf = (revision: number): number => Math.floor(revision / REVISIONS_PER_STRETCH);

export const stretchKey = (wallet: string, stretch: number): string =>
  `${wallet}.${String(stretch).padStart(STRETCH_DIGITS, '0')}`;

export const movementSums = defineProjection<MovementSumDocument, Movement>({
  name: 'movement-sums',
  version: 2,
  indexes: [['wallet', 'stretch']],
  handles: { wallet: MOVEMENTS },
  keysOf: ({ id, revision }) => stretchKey(id, stretchOf(revision)),
  evolve: (before, event, _id) => ({
    _id,
    wallet: event.id,
    stretch: stretchOf(event.revision),
    sum: (BigInt(before?.sum ?? 0) + movementMinor(event)).toString(),
  }),
});
