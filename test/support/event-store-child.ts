import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { EmbeddedEventStore } from '../../src/platform/event-store/embedded/embedded-event-store.js';
import { EventStoreError, type NewEvent } from '../../src/platform/event-store/event-store.js';
import { SystemIds } from '../../src/platform/kernel/ids.js';

/** Child processes for tests of the embedded engine: one to be killed, one whose disk is full. */
const ids = new SystemIds();

const event = (bytes: number): NewEvent => ({
  id: ids.uuid(),
  type: 'Noted',
  data: Buffer.from(JSON.stringify('x'.repeat(bytes))),
  metadata: Buffer.from('{}'),
});

/** One line at once, past all buffers: what is written here was acknowledged, whatever happens next. */
const say = (value: unknown): void => void writeSync(1, `${JSON.stringify(value)}\n`);

/** Appends without end and says the ids of what was acknowledged. */
async function journal(directory: string): Promise<void> {
  const store = EmbeddedEventStore.open({ directory });
  const writer = async (): Promise<void> => {
    const stream = `kf.journal-${ids.uuid()}`;
    for (let revision = -1; ; revision += 2) {
      const events = [event(100), event(700)];
      const other = { stream: `kf.other-${ids.uuid()}`, expectedRevision: -1, events: [event(10)] };
      await store.append([{ stream, expectedRevision: revision, events }, other]);
      say({ stream, revision: revision + 2, id: events[1]!.id, other: other.stream });
    }
  };
  await Promise.all(Array.from({ length: 20 }, writer));
}

/** Fills the disk with chained appends, says what came of them, and goes on when a line comes in. */
async function fill(directory: string): Promise<void> {
  const store = EmbeddedEventStore.open({ directory, onFatal: (error) => say({ fatal: error.message }) });
  const stream = 'kf.full-1';
  let revision = -1;
  let isFull = false;
  const errors = new Set<string>();
  /** A large append and small ones after it, sent when the large one's commit has begun, or has failed unnoticed. */
  const appendChain = async (largeBytes: number): Promise<void> => {
    const before = revision;
    const appendOne = (bytes: number, index: number) =>
      store.append([{ stream, expectedRevision: before + index, events: [event(bytes)] }]);
    const large = appendOne(largeBytes, 0);
    await new Promise(setImmediate);
    const begun = Date.now();
    while (Date.now() < begun + 10);
    const outcomes = await Promise.allSettled([large, ...[1, 2, 3].map((index) => appendOne(20, index))]);
    for (const outcome of outcomes) {
      if (outcome.status === 'fulfilled') {
        if (outcome.value.outcome === 'appended') revision += 1;
        else errors.add('refused');
      } else {
        isFull = true;
        const { reason } = outcome;
        errors.add(reason instanceof EventStoreError ? `${reason.code}, ${reason.outcome}` : String(reason));
      }
    }
  };
  while (!isFull) await appendChain(150_000);
  for (let round = 0; round < 5; round += 1) await appendChain(200_000);
  const stored = (): number => store.readStream(stream).length;
  say({ acknowledged: revision + 1, stored: stored(), all: store.readAll(0n).length, errors: [...errors] });
  for await (const _ of createInterface(process.stdin)) {
    errors.clear();
    await appendChain(200_000);
    say({ acknowledged: revision + 1, stored: stored(), all: store.readAll(0n).length, errors: [...errors] });
    break;
  }
  await store.close();
}

const [mode, directory] = process.argv.slice(2);
void (mode === 'fill' ? fill(directory!) : journal(directory!));
