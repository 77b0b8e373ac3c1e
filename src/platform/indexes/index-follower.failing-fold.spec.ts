import { MemoryEventStore } from '../../../test/support/memory-event-store.js';
import { MemoryIndexStorage } from '../../../test/support/memory-index-storage.js';
import { DueIndex } from '../processes/due-index.js';
import { IndexFollower } from './index-follower.js';
import type { LocalIndex } from './local-index.js';

/** Every event asks for something; it is kept at the end of each piece that is folded. */
class PendingIndex extends DueIndex {
  readonly name = 'pending';
  readonly version = 1;
  readonly categories = ['letter'];

  apply({ revision, atMs }: Parameters<LocalIndex['apply']>[0]): void {
    this.pend(`letter ${revision}`, () => atMs);
  }
}

/** Cannot fold the third event, as where what it keeps cannot be read. */
const failing = (isBroken: boolean): LocalIndex => ({
  name: 'failing',
  version: 1,
  categories: ['letter'],
  restore: () => undefined,
  apply({ revision }) {
    if (isBroken && revision === 2) throw new Error('what it keeps cannot be read');
  },
});

const letter = (place: number) => ({
  id: `00000000-0000-7000-8000-00000000000${place}`,
  type: 'LetterAskedFor',
  data: Buffer.from('{}'),
  metadata: Buffer.from(`{"at":"2026-01-01T00:00:00.00${place}Z"}`),
});

it('loses nothing of what came before an event that one index cannot fold', async () => {
  const [store, storage] = [new MemoryEventStore(), new MemoryIndexStorage()];
  const events = [0, 1, 2, 3].map(letter);
  await store.append([{ stream: 'kf.letter-1', expectedRevision: -1, events }]);
  const before = new IndexFollower(store, storage, 'kf', [new PendingIndex(), failing(true)]);
  void before.start();
  await new Promise((resolve) => setTimeout(resolve, 50));
  await before.close();

  const index = new PendingIndex();
  const after = new IndexFollower(store, storage, 'kf', [index, failing(false)]);
  await after.start();
  const pending = [...index.queue.entries()].map(([key]) => key);
  await after.close();
  expect(pending.sort()).toEqual(['letter 0', 'letter 1', 'letter 2', 'letter 3']);
});
