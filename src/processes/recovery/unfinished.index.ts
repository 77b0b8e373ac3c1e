import type { IndexedEvent, IndexKeep, LocalIndex } from '../../platform/indexes/local-index.js';
import { DueQueue } from '../../platform/kernel/due-queue.js';

/** What can be left unfinished. */
export type UnfinishedKind = 'reservation' | 'order' | 'refund' | 'topup';

export interface Unfinished {
  readonly kind: UnfinishedKind;
  /** Stream id; for a reservation the wallet's. */
  readonly id: string;
  /** Key of the reservation's hold; empty for the others. */
  readonly hold: string;
}

const keyOf = (kind: UnfinishedKind, id: string, hold = ''): string => `${kind}|${id}|${hold}`;

export function parseUnfinished(key: string): Unfinished {
  const [kind, id, hold] = key.split('|') as [UnfinishedKind, string, string];
  return { kind, id, hold };
}

/** Claims without their end, by the time at which recovery may step in: reservations, orders, refunds, top-ups. */
export class UnfinishedIndex implements LocalIndex {
  readonly name = 'unfinished';
  readonly version = 1;
  readonly categories = ['wallet', 'order', 'topup'];
  readonly queue = new DueQueue();
  /** Called when something with an earlier deadline than any before came in. */
  onEarlier: () => void = () => {};

  restore(entries: Iterable<[string, unknown]>): void {
    for (const [key, dueMs] of entries) this.queue.set(key, dueMs as number);
  }

  apply(event: IndexedEvent, keep: IndexKeep): void {
    switch (event.type) {
      case 'FundsHeld':
        if (event.data.hold.kind !== 'reservation') return;
        return this.begin(keyOf('reservation', event.id, event.data.hold.key), event.data.deadline, keep);
      case 'FundsCaptured':
      case 'FundsReleased':
        if (!event.data.hold.startsWith('reservation:')) return;
        return this.end(keyOf('reservation', event.id, event.data.hold), keep);
      case 'OrderClaimed':
        return this.begin(keyOf('order', event.id), event.data.deadline, keep);
      case 'OrderConfirmed':
      case 'OrderRefused':
        return this.end(keyOf('order', event.id), keep);
      case 'RefundClaimed':
        return this.begin(keyOf('refund', event.id), event.data.deadline, keep);
      case 'OrderRefunded':
      case 'OrderCancelled':
        return this.end(keyOf('refund', event.id), keep);
      case 'TopUpClaimed':
        return this.begin(keyOf('topup', event.id), event.data.deadline, keep);
      case 'TopUpCompleted':
        return this.end(keyOf('topup', event.id), keep);
    }
  }

  private begin(key: string, deadline: string, keep: IndexKeep): void {
    const dueMs = Date.parse(deadline);
    const next = this.queue.nextDueMs();
    this.queue.set(key, dueMs);
    keep.put(key, dueMs);
    if (next === null || dueMs < next) this.onEarlier();
  }

  private end(key: string, keep: IndexKeep): void {
    this.queue.remove(key);
    keep.delete(key);
  }
}
