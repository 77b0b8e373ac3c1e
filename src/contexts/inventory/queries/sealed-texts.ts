import type { MaybePromise } from '../../../platform/event-store/event-store.js';
import { chain } from '../../../platform/execution/stream-loader.js';
import { sealedPlace, type Vault } from '../../../platform/security/vault.js';
import type { TakenKey, TakenKeys } from '../events/lot.events.js';

/** What of one intake event says the texts of its keys. */
export interface SealedTexts extends Pick<TakenKeys, 'texts'> {
  readonly firstSlot: number;
  readonly keys: readonly Pick<TakenKey, 'text'>[];
}

/** Whether an intake's keys include the one in this slot. */
export const holds = ({ firstSlot, keys }: SealedTexts, slot: number): boolean =>
  slot >= firstSlot && slot < firstSlot + keys.length;

/**
 * The clear text in a slot that the intake {@link holds}.
 * @param stream of the lot
 * @throws {VaultError} `Erased` when the lot's data key was destroyed.
 */
export function openText(
  vault: Vault,
  stream: string,
  sealed: SealedTexts,
  slot: number,
): MaybePromise<string> {
  const { firstSlot, texts, keys } = sealed;
  if (texts === undefined)
    return vault.open(keys[slot - firstSlot]!.text!, sealedPlace(stream, 'text', slot));
  return chain(openAll(vault, stream, firstSlot, texts), (clear) => clear[slot - firstSlot]!);
}

/** The clear texts in such slots, in their order. @throws {VaultError} as {@link openText} does. */
export async function openTexts(
  vault: Vault,
  stream: string,
  sealed: SealedTexts,
  slots: readonly number[],
): Promise<string[]> {
  const { firstSlot, texts } = sealed;
  if (texts === undefined) {
    return Promise.all(slots.map((slot) => openText(vault, stream, sealed, slot)));
  }
  if (slots.length === 0) return [];
  const clear = await openAll(vault, stream, firstSlot, texts);
  return slots.map((slot) => clear[slot - firstSlot]!);
}

const openAll = (vault: Vault, stream: string, firstSlot: number, texts: string): MaybePromise<string[]> =>
  chain(
    vault.openAgain(texts, sealedPlace(stream, 'texts', firstSlot)),
    (json) => JSON.parse(json) as string[],
  );
