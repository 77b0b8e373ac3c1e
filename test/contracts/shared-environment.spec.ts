import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { EmbeddedEventStore } from '../../src/platform/event-store/embedded/embedded-event-store.js';
import { LogFollower } from '../../src/platform/event-store/embedded/log-follower.js';
import { NO_STREAM, type RecordedEvent } from '../../src/platform/event-store/event-store.js';
import { SystemIds } from '../../src/platform/kernel/ids.js';
import { EmbeddedReadStore } from '../../src/platform/read-store/embedded/embedded-read-store.js';

// A read transaction of LMDB lasts for a turn of the event loop. These tests never leave theirs between the reads.
const SPIN_MS = 5_000;

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'keyforge-shared-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

/** Tries in one turn of the event loop until it finds something. */
function spin<T>(look: () => T | null): T | null {
  const end = performance.now() + SPIN_MS;
  let found = look();
  while (found === null && performance.now() < end) found = look();
  return found;
}

it('a refreshed handle sees what another one has written, within the same turn', async () => {
  const writer = EmbeddedReadStore.open({ directory });
  const reader = EmbeddedReadStore.open({ directory });
  await writer.openCollection({ name: 'c', indexes: [] });
  await reader.openCollection({ name: 'c' });
  const documents = new Map([['a', { _id: 'a' }]]);
  const writes = [{ collection: 'c', documents }];
  const writing = writer.write({ position: 1n, writes, checkpoint: { key: 'k', value: 1 } });
  // The write is handed to LMDB's thread when this turn is over.
  await turn();
  reader.get('c', 'a');
  const found = spin(() => {
    reader.refresh();
    return reader.get('c', 'a');
  });
  expect(found).toEqual({ _id: 'a' });
  await writing;
  expect(await reader.count('c')).toBe(1);
  await reader.close();
  await writer.close();
});

it('a follower of the log sees what was announced, within the same turn, and says when there is nothing', async () => {
  const ids = new SystemIds();
  const log = EmbeddedEventStore.open({ directory });
  const idle: bigint[] = [];
  const onIdle = (position: bigint): void => void idle.push(position);
  const follower = LogFollower.open({ directory, onIdle, onDeliveryFailure: () => undefined });
  const event = { id: ids.uuid(), type: 'T', data: Buffer.from('{}'), metadata: Buffer.from('{}') };
  const appending = log.append([{ stream: 'kf.a-1', expectedRevision: NO_STREAM, events: [event] }]);
  await turn();
  follower.readAll(0n);
  const found = spin((): RecordedEvent | null => {
    follower.announce();
    return follower.readAll(0n)[0] ?? null;
  });
  expect(found).toMatchObject({ stream: 'kf.a-1', position: 1n });
  await appending;
  expect(follower.readAll(1n)).toEqual([]);
  expect(idle.at(-1)).toBe(1n);
  await follower.close();
  await log.close();
});
