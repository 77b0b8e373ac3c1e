import type { IndexedEvent, IndexKeep, LocalIndex } from '../../platform/indexes/local-index.js';
import { DueQueue } from '../../platform/kernel/due-queue.js';

/** What can be left unfinished. */
export type UnfinishedKind = 'reservation' | 'order' | 'refund' | 'replacement' | 'topup' | 'adjustment';

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

/** Claims without their end, by the time at which recovery may step in. */
export class UnfinishedIndex implements LocalIndex {
  readonly name = 'unfinished';
  readonly version = 1;
  readonly categories = ['wallet', 'order', 'topup', 'adjustment'];
  readonly queue = new DueQueue();
  /** Called when something with an earlier deadline than any before came in. */
  onEarlier: () => void = () => {};
  /** Begun in the batch that is being applied: most are ended in it too, and then their bodies need no look. */
  private readonly begun = new Map<string, IndexedEvent>();

  restore(entries: Iterable<[string, unknown]>): void {
    for (const [key, dueMs] of entries) this.queue.set(key, dueMs as number);
  }

  apply(event: IndexedEvent, keep: IndexKeep): void {
    switch (event.type) {
      case 'FundsHeld':
        if (event.data.hold.kind !== 'reservation') return;
        this.begun.set(keyOf('reservation', event.id, event.data.hold.key), event);
        return;
      case 'FundsCaptured':
      case 'FundsReleased':
        if (!event.data.hold.startsWith('reservation:')) return;
        this.end(keyOf('reservation', event.id, event.data.hold), keep);
        return;
      case 'OrderClaimed':
        this.begun.set(keyOf('order', event.id), event);
        return;
      case 'OrderConfirmed':
      case 'OrderRefused':
        this.end(keyOf('order', event.id), keep);
        return;
      case 'RefundClaimed':
        this.begun.set(keyOf('refund', event.id), event);
        return;
      case 'OrderRefunded':
      case 'OrderCancelled':
        this.end(keyOf('refund', event.id), keep);
        return;
      case 'ReplacementClaimed':
        this.begun.set(keyOf('replacement', event.id), event);
        return;
      case 'KeyReplaced':
      case 'ReplacementRefused':
        this.end(keyOf('replacement', event.id), keep);
        return;
      case 'TopUpClaimed':
        this.begun.set(keyOf('topup', event.id), event);
        return;
      case 'AdjustmentClaimed':
        this.begun.set(keyOf('adjustment', event.id), event);
        return;
      case 'AdjustmentCompleted':
        this.end(keyOf('adjustment', event.id), keep);
        return;
      case 'TopUpCompleted':
        this.end(keyOf('topup', event.id), keep);
        return;
    }
  }

  afterBatch(keep: IndexKeep): void {
    for (const [key, event] of this.begun) {
      const dueMs = Date.parse(event.data.deadline);
      const next = this.queue.nextDueMs();
      this.queue.set(key, dueMs);
      keep.put(key, dueMs);
      if (next === null || dueMs < next) this.onEarlier();
    }
    this.begun.clear();
  }

  private end(key: string, keep: IndexKeep): void {
    if (this.begun.delete(key)) return;
    this.queue.remove(key);
    keep.delete(key);
  }
}
