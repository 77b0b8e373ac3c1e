import {
  advanceRefund,
  advanceReplacement,
  advanceSale,
  type SaleTerms,
} from '../../contexts/ordering/index.js';
import { advanceAdjustment, advanceTopUp } from '../../contexts/wallets/index.js';
import { systemContext } from '../../platform/execution/system-context.js';
import type { Executor, Transaction } from '../../platform/execution/transaction.js';
import type { Ids } from '../../platform/kernel/ids.js';
import { unreachable } from '../../platform/kernel/unreachable.js';
import type { Process } from '../../platform/processes/process.js';
import { parseUnfinished, type Unfinished, type UnfinishedIndex } from './unfinished.index.js';

/** Claims worked on at once. */
const CONCURRENCY = 64;

export interface RecoveryOptions {
  readonly executor: Executor;
  readonly ids: Ids;
  readonly index: UnfinishedIndex;
  readonly terms: SaleTerms;
}

/**
 * Ends claims whose executor is gone. It only ever does what any executor would do next, so running it twice, or late,
 * does no harm.
 */
export function recovery({ executor, ids, index, terms }: RecoveryOptions): Process {
  return {
    name: 'recovery',
    index,
    concurrency: CONCURRENCY,
    run: ([key]) =>
      executor.advance(systemContext(ids, 'recovery', 'recovery'), (tx) =>
        advance(tx, parseUnfinished(key!), terms),
      ),
  };
}

function advance(tx: Transaction, { kind, id }: Unfinished, terms: SaleTerms): void {
  switch (kind) {
    case 'order':
      advanceSale(tx, id, 'settle', terms);
      return;
    case 'replacement':
      advanceReplacement(tx, id, 'settle', terms);
      return;
    case 'refund':
      advanceRefund(tx, id);
      return;
    case 'topup':
      advanceTopUp(tx, id);
      return;
    case 'adjustment':
      advanceAdjustment(tx, id);
      return;
    default:
      unreachable(kind);
  }
}
