import { MemoryEventStore } from '../../../test/support/memory-event-store.js';
import { MemoryIndexStorage } from '../../../test/support/memory-index-storage.js';
import { IndexFollower } from './index-follower.js';
import type { LocalIndex } from './local-index.js';

const MORE_THAN_ARE_BUFFERED = 80_000;
const AT_ONCE = 500;

async function longHistory(): Promise<MemoryEventStore> {
  const store = new MemoryEventStore();
  const event = (n: number) => ({
    id: `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`,
    type: 'Counted',
    data: Buffer.from('{}'),
    metadata: Buffer.from('{}'),
  });
  for (let first = 0; first < MORE_THAN_ARE_BUFFERED; first += AT_ONCE) {
    const events = Array.from({ length: AT_ONCE }, (_, n) => event(first + n));
    await store.append([{ stream: 'kf.count-1', expectedRevision: first - 1, events }]);
  }
  return store;
}

it('does not try again with every piece of a long history while the disk is full', async () => {
  const storage = new MemoryIndexStorage();
  let tries = 0;
  storage.write = async () => {
    tries += 1;
    throw new Error('no space left');
  };
  let applied = 0;
  const index: LocalIndex = {
    name: 'counting',
    version: 1,
    restore() {},
    apply({ revision }, keep) {
      applied += 1;
      keep.put(`x${revision}`, revision);
    },
  };
  const follower = new IndexFollower(await longHistory(), storage, 'kf', [index]);
  await follower.start();
  expect([tries, applied]).toEqual([1, MORE_THAN_ARE_BUFFERED]);
  await follower.close();
});
