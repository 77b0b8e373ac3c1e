import { createInterface } from 'node:readline';
import { EventStoreDbEventStore } from '../src/platform/event-store/eventstoredb/eventstoredb-event-store.js';
import { SystemIds } from '../src/platform/kernel/ids.js';
import { isRejection } from '../src/platform/kernel/rejection.js';
import { SaleWorld } from '../test/support/sale-world.js';
import { KEYS_PER_LOT, type NodeOrder, type NodeReport } from './nodes.js';

/** One selling process: `nodes-child.js URL LOTS PARITY`. It sells from the lots of its parity, oldest first. */
const [url, lots, parity] = process.argv.slice(2) as [string, string, string];

async function main(): Promise<void> {
  const store = await EventStoreDbEventStore.open({ url, streamPrefix: 'kf.' });
  const world = await SaleWorld.create({ lots: [], fundsMinor: 0n });
  const mine = Array.from({ length: Number(lots) }, (_, index) => index + 1).filter(
    (lot) => lot % 2 === Number(parity),
  );
  const sold = new Map<number, number>();
  const buyKey = world.buyerOn(store, () => mine);
  const ids = new SystemIds();
  // A node reads everything that is stored, for its indexes.
  store.subscribe(await store.headPosition(), () => undefined);

  const buy = async (): Promise<void> => {
    const answer = await buyKey(ids.uuid());
    if (isRejection(answer)) throw new Error(`a sale was refused: ${answer.code}`);
    const lot = Math.floor(Number(answer.keyNumber) / KEYS_PER_LOT);
    sold.set(lot, (sold.get(lot) ?? 0) + 1);
    if (sold.get(lot) === KEYS_PER_LOT) mine.splice(mine.indexOf(lot), 1);
  };
  const sell = async ({ connections, seconds }: NodeOrder): Promise<NodeReport> => {
    const startedAt = performance.now();
    const cpuBefore = process.cpuUsage();
    const latencies: number[] = [];
    const client = async (): Promise<void> => {
      while (performance.now() - startedAt < seconds * 1000) {
        const began = performance.now();
        await buy();
        latencies.push(performance.now() - began);
      }
    };
    await Promise.all(Array.from({ length: connections }, client));
    const { user, system } = process.cpuUsage(cpuBefore);
    latencies.sort((a, b) => a - b);
    return {
      sales: latencies.length,
      ms: performance.now() - startedAt,
      p50Ms: latencies[Math.floor(latencies.length * 0.5)] ?? 0,
      p99Ms: latencies[Math.floor(latencies.length * 0.99)] ?? 0,
      cpuUs: user + system,
    };
  };
  console.log('ready');
  for await (const line of createInterface(process.stdin)) {
    console.log(JSON.stringify(await sell(JSON.parse(line) as NodeOrder)));
  }
  await store.close();
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
