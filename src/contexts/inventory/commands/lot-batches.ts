import { KEYS_PER_LOT, LOTS_PER_LOOK } from '../limits.js';

/** How many keys of a lot something is about. */
export interface LotShare {
  readonly lot: number;
  readonly keys: number;
}

/** Lots in groups that fit one decision: few streams, and events for no more keys than one lot holds. */
export function* inBatches<Share extends LotShare>(lots: Iterable<Share>): Generator<Share[]> {
  let batch: Share[] = [];
  let keys = 0;
  for (const lot of lots) {
    if (batch.length === LOTS_PER_LOOK || (batch.length > 0 && keys + lot.keys > KEYS_PER_LOT)) {
      yield batch;
      batch = [];
      keys = 0;
    }
    batch.push(lot);
    keys += lot.keys;
  }
  if (batch.length > 0) yield batch;
}
