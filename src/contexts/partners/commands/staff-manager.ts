import type { CommandContext, Transaction } from '../../../platform/execution/transaction.js';
import type { StaffManager } from '../domain/staff.decider.js';
import { Staff } from '../domain/staff.js';

/** As whom somebody decides about staff, as their own stream says now; null: not at all. */
export function staffManager(tx: Transaction, { actor }: CommandContext): StaffManager | null {
  if (actor.kind === 'system') return 'system';
  if (actor.kind !== 'staff') return null;
  const { exists, status, role } = tx.load(Staff, actor.id);
  return exists && status === 'active' ? role : null;
}
