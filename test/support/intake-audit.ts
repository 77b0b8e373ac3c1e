import type { KeysAdded } from '../../src/contexts/inventory/index.js';
import { isRejection } from '../../src/platform/kernel/rejection.js';
import type { InventoryNode } from './inventory-node.js';
import type { MemoryEventStore } from './memory-event-store.js';

export const keyTexts = (count: number, prefix = 'KEY'): { text: string }[] =>
  Array.from({ length: count }, (_, index) => ({ text: `${prefix}-${index}` }));
export const accepted = (result: Awaited<ReturnType<InventoryNode['add']>>): KeysAdded => {
  if (isRejection(result)) throw new Error(result.code);
  return result;
};
export const addedIds = (result: KeysAdded): number[] => result.added.map(({ keyId }) => keyId);

/** The lot streams of a store: number → event types. */
export const lotsOf = (store: MemoryEventStore): Record<string, string[]> => {
  const found: Record<string, string[]> = {};
  for (const { stream, type } of store.events) {
    if (!stream.startsWith('kf.lot-')) continue;
    const number = stream.slice('kf.lot-'.length);
    found[number] = [...(found[number] ?? []), type];
  }
  return found;
};

/** No fingerprint stands in two lots, and every announced lot is filled or closed. */
export function auditIntake(store: MemoryEventStore): void {
  const seen = new Set<string>();
  const announced = store.events.filter(({ type }) => type === 'LotAnnounced').length;
  for (const { type, data } of store.events) {
    if (type !== 'KeysTakenIn') continue;
    for (const { fingerprint } of JSON.parse(data.toString()).keys) {
      expect(seen.has(fingerprint)).toBe(false);
      seen.add(fingerprint);
    }
  }
  expect(Object.keys(lotsOf(store)).length).toBe(announced);
}
