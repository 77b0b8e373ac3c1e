import type { IndexedEvent, IndexKeep } from '../../platform/indexes/local-index.js';
import { DueIndex } from '../../platform/processes/due-index.js';

/** What can be left unfinished. */
export type UnfinishedKind = 'order' | 'refund' | 'replacement' | 'topup' | 'adjustment';

export interface Unfinished {
  readonly kind: UnfinishedKind;
  /** Stream id. */
  readonly id: string;
}

export function parseUnfinished(key: string): Unfinished {
  const [kind, id] = key.split('|') as [UnfinishedKind, string];
  return { kind, id };
}

const BEGINS: Readonly<Record<string, UnfinishedKind>> = {
  OrderClaimed: 'order',
  RefundClaimed: 'refund',
  ReplacementClaimed: 'replacement',
  TopUpClaimed: 'topup',
  AdjustmentClaimed: 'adjustment',
};

const ENDS: Readonly<Record<string, UnfinishedKind>> = {
  OrderConfirmed: 'order',
  OrderRefused: 'order',
  OrderRefunded: 'refund',
  OrderCancelled: 'refund',
  KeyReplaced: 'replacement',
  ReplacementRefused: 'replacement',
  TopUpCompleted: 'topup',
  AdjustmentCompleted: 'adjustment',
};

/** Claims without their end, by the time at which recovery may step in. */
export class UnfinishedIndex extends DueIndex {
  readonly name = 'unfinished';
  readonly version = 2;
  readonly categories = ['order', 'topup', 'adjustment'];

  apply(event: IndexedEvent, keep: IndexKeep): void {
    const begun = BEGINS[event.type];
    if (begun) this.pend(`${begun}|${event.id}`, () => Date.parse(event.data.deadline));
    const ended = ENDS[event.type];
    if (ended) this.settle(`${ended}|${event.id}`, keep);
  }
}
