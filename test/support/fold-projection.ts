import type { DomainEvent } from '../../src/platform/kernel/aggregate.js';
import type { AnyProjection, Projected } from '../../src/platform/projections/projection.js';
import type { DocumentId, ReadDocument } from '../../src/platform/read-store/read-store.js';

export interface GivenEvent {
  /** `<category>-<id>` */
  readonly stream: string;
  readonly type: string;
  readonly data: unknown;
}

const START_MS = Date.UTC(2026, 0, 1);

/** The moment of the n-th event (from 0): a second apart. */
export const atOf = (index: number): string => new Date(START_MS + index * 1000).toISOString();

/** Folds events through one projection as the runner does; the documents that are then there, in order of their ids. */
export function foldProjection<D extends ReadDocument>(
  projection: AnyProjection,
  events: readonly GivenEvent[],
): D[] {
  const documents = new Map<DocumentId, ReadDocument | null>();
  const streams = new Map<string, Projected<DomainEvent>[]>();
  for (const [index, { stream, type, data }] of events.entries()) {
    const dash = stream.indexOf('-');
    const category = stream.slice(0, dash);
    const earlier = streams.get(stream) ?? [];
    const place = {
      category,
      id: stream.slice(dash + 1),
      revision: earlier.length,
      position: BigInt(index + 1),
      at: atOf(index),
    };
    const stored = { type, data, ...place, actor: { kind: 'system', id: 'test' }, surface: 'test' };
    streams.set(stream, [...earlier, stored]);
    if (!projection.handles[category]?.includes(type)) continue;
    const { completion } = projection;
    const event = completion?.lacks(stored) ? completion.complete(stored, earlier) : stored;
    const keys = projection.keysOf(event);
    for (const id of typeof keys === 'object' ? keys : [keys]) {
      const before = documents.get(id) ?? null;
      documents.set(id, projection.evolve(before && Object.freeze(before), event, id));
    }
  }
  return [...documents.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, document]) => (document ? [document as D] : []));
}
