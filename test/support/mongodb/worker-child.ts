import { MongoConnection } from '../../../src/platform/mongodb/mongo-connection.js';
import { MongoReadStore } from '../../../src/platform/read-store/mongodb/mongo-read-store.js';
import { MongoWorkerLease } from '../../../src/platform/worker-lease/mongodb/mongo-worker-lease.js';
import { SHORT_TIMINGS, writeStep } from './worker-steps.js';

/** A worker that does not listen when it loses its lease: it writes until it is refused, and says so. */
async function run(url: string, name: string): Promise<void> {
  const { database } = await MongoConnection.open({ url });
  const own = database.client.db(name);
  const fail = (error: unknown): void => console.error(error);
  const lease = await new MongoWorkerLease(own, { onError: fail, timings: SHORT_TIMINGS }).acquire(
    new AbortController().signal,
  );
  const store = await MongoReadStore.forWriter(own, lease!.token);
  lease!.lost.addEventListener('abort', () => console.log('lost'));
  try {
    for (let position = 1; ; position += 1) {
      await writeStep(store, 'child', position);
      console.log(`wrote ${position}`);
    }
  } catch (error) {
    console.log(`refused: ${(error as Error).name}`);
    // The signal that it is lost comes with the next sign of life.
    if (!lease!.lost.aborted) await new Promise((resolve) => lease!.lost.addEventListener('abort', resolve));
    process.exit(0);
  }
}

void run(process.argv[2]!, process.argv[3]!);
