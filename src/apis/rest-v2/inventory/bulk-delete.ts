import {
  type KeyHandlingRejection,
  type KeysRetired,
  keyId,
  parseKeyNumber,
} from '../../../contexts/inventory/index.js';

const REASONS = {
  UnknownKey: 'unknown',
  KeyIsReserved: 'reserved',
  KeyIsSold: 'sold',
  KeyIsRetired: 'retired',
} as const satisfies Record<KeyHandlingRejection, string>;

type SkipReason = (typeof REASONS)[KeyHandlingRejection] | 'duplicate_in_request';

/** The keys that a request names, each once. */
export interface NamedKeys {
  readonly keyIds: readonly number[];
  /** By place in the request: which key, or why none. */
  readonly places: readonly (readonly [id: number, keyId: number | SkipReason])[];
}

export function namedKeys(ids: readonly number[]): NamedKeys {
  const seen = new Set<number>();
  const places = ids.map((id) => {
    const place = parseKeyNumber(String(id));
    if (!place) return [id, 'unknown'] as const;
    const key = keyId(place.lot, place.slot);
    if (seen.has(key)) return [id, 'duplicate_in_request'] as const;
    seen.add(key);
    return [id, key] as const;
  });
  return { keyIds: [...seen], places };
}

/** What became of each, under the numbers that the request gave. */
export function keysDeleted({ places }: NamedKeys, { retired, skipped }: KeysRetired) {
  const refused = new Map(skipped.map(({ keyId, reason }) => [keyId, REASONS[reason]]));
  return {
    deleted: retired,
    skipped: places.flatMap(([id, key]) => {
      const reason = typeof key === 'number' ? refused.get(key) : key;
      return reason ? [{ id, reason }] : [];
    }),
  };
}
