import { setImmediate as immediate } from 'node:timers/promises';
import type { DeliverySender } from '../../contexts/deliveries/index.js';
import { SystemIds } from '../../platform/kernel/ids.js';
import { RunPool } from '../../platform/processes/run-pool.js';
import { EmailDelivery, type Yielding } from './email-delivery.js';
import { PendingDeliveriesIndex } from './pending-deliveries.index.js';

const delivering = (advance: (order: string) => Promise<void>, yielding: Yielding): EmailDelivery =>
  new EmailDelivery(
    new PendingDeliveriesIndex(),
    { advance: (_: unknown, { order }: { order: string }) => advance(order) } as unknown as DeliverySender,
    new SystemIds(),
    yielding,
  );

/** Rests and sends, in their order. */
async function sendTwo(isSelling: boolean): Promise<string[]> {
  const done: string[] = [];
  const rest = async (ms: number) => void done.push(`${ms} ms`);
  const delivery = delivering(async (order) => void done.push(order), { isSelling: () => isSelling, rest });
  await delivery.run(['a.1', 'b.1']);
  return done;
}

it('each message waits a moment while customers buy, and goes out all the same', async () => {
  expect(await sendTwo(true)).toEqual(['50 ms', 'a', '50 ms', 'b']);
});

it('none waits while nobody buys', async () => {
  expect(await sendTwo(false)).toEqual(['a', 'b']);
});

it('sends fifty a second while customers fill the thread', async () => {
  // Turns of 50 ms: a rest ends with one, and so do the append before a send, the provider's answer, and the append after it.
  const waiting: (() => void)[] = [];
  const turn = () => new Promise<void>((resolve) => waiting.push(resolve));
  let sent = 0;
  const send = async () => {
    for (let step = 0; step < 3; step += 1) await turn();
    sent += 1;
  };
  const pool = new RunPool(delivering(send, { isSelling: () => true, rest: turn }));
  for (let key = 0; key < 1_000; key += 1) void pool.run(`${key}.1`);
  for (let turns = 0; turns < 20; turns += 1) {
    // The pool begins runs for 5 ms, and goes on in the next turn.
    for (let time = 0; time < 5; time += 1) await immediate();
    for (const go of waiting.splice(0)) go();
  }
  await immediate();
  expect(sent).toBeGreaterThanOrEqual(50);
  pool.close();
});
