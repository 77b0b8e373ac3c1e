import type { CommandContext, Executor } from '../../../platform/execution/transaction.js';
import { placeOfKey } from '../domain/key-number.js';
import { Lot } from '../domain/lot.js';
import type { FingerprintIndex } from '../indexes/fingerprint-index.js';
import { LOTS_ASKED_AT_ONCE } from '../limits.js';

/**
 * Of keys that came in before, those that were retired without ever having been shown: they may come in
 * again. The lots are asked, and such a key stays as it is for ever; the index's hint only spares asking many
 * lots for nothing.
 */
export async function mayComeBack(
  { executor, index }: { readonly executor: Executor; readonly index: FingerprintIndex },
  context: CommandContext,
  keys: ReadonlySet<number>,
): Promise<ReadonlySet<number>> {
  const lots = new Set([...keys].map((key) => placeOfKey(key).lot));
  const asked =
    lots.size <= LOTS_ASKED_AT_ONCE ? [...keys] : [...keys].filter((key) => index.wasRetired(key));
  if (asked.length === 0) return new Set();
  return executor.run(context, (tx) => {
    const unseen = asked.filter((key) => {
      const { lot, slot } = placeOfKey(key);
      const state = tx.load(Lot, String(lot)).slots.get(slot);
      return state?.status === 'retired' && !state.shown;
    });
    return new Set(unseen);
  });
}
