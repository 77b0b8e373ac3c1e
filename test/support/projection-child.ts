import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { EmbeddedEventStore } from '../../src/platform/event-store/embedded/embedded-event-store.js';
import { ProjectionRunner } from '../../src/platform/projections/projection-runner.js';
import { ReadModels } from '../../src/platform/projections/read-models.js';
import { EmbeddedReadStore } from '../../src/platform/read-store/embedded/embedded-read-store.js';
import { totals } from './totals.js';

/** A child process that folds a log into read models in small batches, builds them anew again and again, and is killed. */
async function main(directory: string): Promise<void> {
  const events = EmbeddedEventStore.open({ directory: join(directory, 'log') });
  const documents = EmbeddedReadStore.open({ directory: join(directory, 'documents') });
  const models = new ReadModels(documents);
  const runner = new ProjectionRunner({
    ...{ events, documents, models, projections: [totals], upcasters: new Map(), namespace: 'kf' },
    batchEvents: 100,
    onError: (error) => {
      throw error;
    },
  });
  models.whenFolded(({ events: folded }) => writeSync(1, `folded ${folded}\n`));
  await runner.start();
  await models.waitFor(events.headPosition(), 60_000);
  for (;;) {
    await runner.rebuild(['totals'], ({ position }) => writeSync(1, `rebuilt ${position}\n`));
    await runner.verify('totals');
  }
}

void main(process.argv[2]!);
