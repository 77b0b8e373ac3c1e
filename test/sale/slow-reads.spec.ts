import { setTimeout as sleep } from 'node:timers/promises';
import type { ReadOptions } from '../../src/platform/event-store/event-store.js';
import { SaleWorld } from '../support/sale-world.js';
import { SequentialEventStore } from '../support/sequential-event-store.js';

/** A shared engine far away. */
class SlowlyRead extends SequentialEventStore {
  constructor(
    world: SaleWorld,
    private readonly ms: number,
  ) {
    super(world.store);
  }

  override async readStream(stream: string, options?: ReadOptions) {
    await sleep(this.ms);
    return super.readStream(stream, options);
  }
}

const APART_MS = 37;

// What one purchase looks at takes longer to read, one after the other, than what was read may be old.
it.each([
  [1, 100],
  [20, 100],
  [20, 260],
])('%i purchases come to their ends where each read takes %i ms', async (count, ms) => {
  const world = await SaleWorld.create({ lots: [count], fundsMinor: 900_000n });
  const store = new SlowlyRead(world, ms);
  const buy = world.buyerOn(store, () => [1]);
  const bought = Array.from({ length: count }, async (_, n) => {
    await sleep(n * APART_MS);
    return buy(`A${n}`);
  });
  const outcomes = await Promise.all(bought);
  store.crash();
  expect(outcomes).toEqual(outcomes.map(() => expect.objectContaining({ keyText: expect.any(String) })));
});
