import type { ReadDocument, ReadStore } from '../../../src/platform/read-store/read-store.js';
import type { LeaseTimings } from '../../../src/platform/worker-lease/mongodb/mongo-worker-lease.js';

export const SHORT_TIMINGS: LeaseTimings = {
  ...{ beatMs: 100, lookMs: 50, takeOverMs: 1_000, holdMs: 800, answerMs: 1_000 },
};

export const STEPS = { name: 'steps.v1.1', indexes: [['writer']] } as const;

export interface Step extends ReadDocument {
  readonly writer: string;
  readonly at: number;
}

/** One document that every writer changes, and one that it makes. */
export async function writeStep(store: ReadStore, writer: string, at: number): Promise<void> {
  await store.openCollection(STEPS);
  const documents = ['shared', `${writer}-${at}`].map((_id): [string, Step] => [_id, { _id, writer, at }]);
  await store.write({
    position: BigInt(at),
    writes: [{ collection: STEPS.name, documents: new Map(documents) }],
    checkpoint: { key: 'live', value: { writer, at } },
  });
}
