import { createHash } from 'node:crypto';
import type { Transaction } from '../../../platform/execution/transaction.js';
import type { Currency } from '../../../platform/kernel/money.js';
import { availableMinor, Wallet } from '../domain/wallet.js';

/** A wallet as it stands after a command. */
export interface Balance {
  readonly currency: Currency;
  readonly postedMinor: bigint;
  readonly heldMinor: bigint;
  readonly availableMinor: bigint;
}

/** A balance after a movement, and the note of whoever claimed that: a repetition's own is not recorded. */
export interface BalanceAfter extends Balance {
  /** Ciphertext; null if there is none. */
  readonly note: string | null;
}

export function balanceOf(tx: Transaction, wallet: string, currency: Currency): Balance {
  const state = tx.load(Wallet, wallet);
  const { postedMinor, heldMinor } = state;
  return { currency, postedMinor, heldMinor, availableMinor: availableMinor(state) };
}

/** Names the stream of an owner's reference: references are any text, stream names are not. */
export function referenceId(owner: string, reference: string): string {
  const hash = createHash('sha256').update(reference, 'utf8').digest('base64url').slice(0, 32);
  return `${owner}-${hash}`;
}
