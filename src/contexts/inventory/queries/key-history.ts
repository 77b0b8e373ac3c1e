import { setImmediate as nextTurn } from 'node:timers/promises';
import type { EventStore, RecordedEvent } from '../../../platform/event-store/event-store.js';
import { decodeEvent, decodeMetadata } from '../../../platform/execution/event-codec.js';
import { placeOfKey } from '../domain/key-number.js';
import { Lot } from '../domain/lot.js';
import type { LotEvent } from '../events/lot.events.js';
import { EVENTS_PER_SLICE } from '../limits.js';

/** The events of one key. */
export type KeyEvent = Extract<LotEvent, { data: { slot: number } }>;

/** What happened to a key, when, and who asked for it. Never the text. */
export interface KeyHistoryEntry {
  readonly change: KeyEvent | { readonly type: 'KeyTakenIn' };
  /** UTC ISO. */
  readonly at: string;
  readonly actor: { readonly kind: string; readonly id: string };
  readonly surface: string;
}

/** Reads out of its lot's stream what happened to a key. */
export class KeyHistory {
  constructor(
    private readonly store: EventStore,
    private readonly namespace: string,
  ) {}

  /** In order; empty if there is no such key. */
  async of(key: number): Promise<KeyHistoryEntry[]> {
    const { lot, slot } = placeOfKey(key);
    const entries: KeyHistoryEntry[] = [];
    for (let from = 0; ; from += EVENTS_PER_SLICE) {
      const stream = `${this.namespace}.${Lot.category}-${lot}`;
      const events = await this.store.readStream(stream, { from, limit: EVENTS_PER_SLICE });
      for (const event of events) {
        const change = changeOf(event, slot);
        if (!change) continue;
        const { at, actor, surface } = decodeMetadata(event);
        entries.push({ change, at, actor, surface });
      }
      if (events.length < EVENTS_PER_SLICE) return entries;
      await nextTurn();
    }
  }
}

function changeOf(stored: RecordedEvent, slot: number): KeyHistoryEntry['change'] | null {
  const event = decodeEvent(Lot, stored);
  if (event.type === 'KeysTakenIn') {
    const { firstSlot, keys } = event.data;
    return slot >= firstSlot && slot < firstSlot + keys.length ? { type: 'KeyTakenIn' } : null;
  }
  return 'slot' in event.data && event.data.slot === slot ? (event as KeyEvent) : null;
}
