import type { Logger } from '../platform/logging/logger.js';
import type { ReadStore } from '../platform/read-store/read-store.js';
import { Worker } from './worker.js';
import type { WorkerPart, WorkerParts } from './worker-parts.js';

function workerOf(all: readonly WorkerPart[]): Worker {
  const documents = {} as ReadStore;
  return new Worker({
    engines: { lease: null, documents, documentsFor: async () => documents },
    parts: () => ({ all }) as unknown as WorkerParts,
    onTerm: () => undefined,
    logger: {} as Logger,
  });
}

describe('a worker', () => {
  it('is at work when all of its parts run, and not before', async () => {
    const steps: string[] = [];
    let worker: Worker;
    const part = (name: string): WorkerPart => ({
      start: async () => void steps.push(`${name} starts: ${worker.current ? 'at work' : 'not yet'}`),
      close: async () => void steps.push(`${name} ends: ${worker.current ? 'at work' : 'no more'}`),
    });
    worker = workerOf([part('folding'), part('processes')]);
    await worker.start();
    expect(worker.current).not.toBeNull();
    await worker.stop();
    expect(steps).toEqual([
      'folding starts: not yet',
      'processes starts: not yet',
      'processes ends: no more',
      'folding ends: no more',
    ]);
  });
});
