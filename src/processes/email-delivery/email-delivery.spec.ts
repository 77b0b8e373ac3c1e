import type { DeliverySender } from '../../contexts/deliveries/index.js';
import { SystemIds } from '../../platform/kernel/ids.js';
import { EmailDelivery } from './email-delivery.js';
import { PendingDeliveriesIndex } from './pending-deliveries.index.js';

/** Rests and sends, in their order. */
async function sendTwo(isSelling: boolean): Promise<string[]> {
  const done: string[] = [];
  const sender = { advance: async (_: unknown, { order }: { order: string }) => void done.push(order) };
  const delivery = new EmailDelivery(
    new PendingDeliveriesIndex(),
    sender as unknown as DeliverySender,
    new SystemIds(),
    { isSelling: () => isSelling, rest: async (ms) => void done.push(`${ms} ms`) },
  );
  await delivery.run(['a.1', 'b.1']);
  return done;
}

it('each message waits a moment while customers buy, and goes out all the same', async () => {
  expect(await sendTwo(true)).toEqual(['50 ms', 'a', '50 ms', 'b']);
});

it('none waits while nobody buys', async () => {
  expect(await sendTwo(false)).toEqual(['a', 'b']);
});
