/** As the stored format has it: a key's id names its lot and its slot. */
const KEYS_PER_LOT = 1000;

/** @param lot its number, as a stream's id or as a number */
export const keyIdOf = (lot: string | number, slot: number): number => Number(lot) * KEYS_PER_LOT + slot;

const LOTS_PER_GROUP = 16;

/** Lots that came in one after another, whose keys lie together in an index. @param lot its number */
export const lotGroupOf = (lot: string | number): number => Math.floor(Number(lot) / LOTS_PER_GROUP);
