import type { CommandContext, Transaction } from '../../../platform/execution/transaction.js';
import type { Rejection } from '../../../platform/kernel/rejection.js';

/** The keys behind packages, as far as deleting needs them. The inventory answers it, from its streams. */
export abstract class PackageKeys {
  /** Whether a package has keys that are not retired; sold ones count. */
  abstract has(context: CommandContext, packageId: string): Promise<boolean>;
  /** Number of the last lot that {@link has} would find. */
  abstract lastStored(tx: Transaction): number;
  /** The same of a package's lots after that one, also of those that are not stored yet. As far as this process takes them in. */
  abstract hasAfter(tx: Transaction, packageId: string, lot: number): boolean;
  /**
   * Puts a package on hold and retires its keys, sold ones apart; null when that is done. Refused, and nothing is
   * retired, while a key is reserved. Given again it finishes what a broken run has left.
   */
  abstract retireAll(context: CommandContext, packageId: string): Promise<Rejection<'KeysReserved'> | null>;
}
