import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { SystemClock } from '../../src/platform/kernel/clock.js';
import { CallbackNode } from '../support/callback-node.js';
import { MemoryEventStore } from '../support/memory-event-store.js';
import { MemoryIndexStorage } from '../support/memory-index-storage.js';
import { MemoryKeyStore } from '../support/memory-key-store.js';

const HEALTHY = 'healthy';
const HANGING = 20;
const DEAD = 5;
const WAITING_FOR_EACH = 100;
const MESSAGES = 60;
const MESSAGE_EVERY_MS = 4;
const ROUNDS = 5;
/** Whatever share of the usual that is, so much is not noticed. */
const TOLERATED_MS = 50;

const arrivals = new Map<string, number>();
const server = createServer(async (request, response) => {
  let text = '';
  for await (const chunk of request) text += chunk;
  if (request.url !== '/good') return;
  arrivals.set(JSON.parse(text).data.order_id, performance.now());
  response.end();
});

let base: string;
let quiet: CallbackNode;
let crowded: CallbackNode;

async function startNode(): Promise<CallbackNode> {
  const [store, indexes, keys] = [new MemoryEventStore(), new MemoryIndexStorage(), new MemoryKeyStore()];
  const node = new CallbackNode({ store, indexes, keys, clock: new SystemClock(), timeoutMs: 15_000 });
  await node.start();
  await node.addEndpoint(HEALTHY, 1, `${base}/good`);
  return node;
}

beforeAll(async () => {
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  quiet = await startNode();
  crowded = await startNode();
});
afterAll(async () => {
  server.closeAllConnections();
  await quiet.close();
  await crowded.close();
  server.close();
});

/** The time from the log to the endpoint, milliseconds, of which one message in a hundred takes longer. */
async function p99(node: CallbackNode, round: string): Promise<number> {
  const stored = new Map<string, number>();
  for (let n = 0; n < MESSAGES; n += 1) {
    const reference = `${round}-${n}`;
    await node.confirm(HEALTHY, reference);
    stored.set(reference, performance.now());
    await sleep(MESSAGE_EVERY_MS);
  }
  const hasAll = () => [...stored.keys()].every((reference) => arrivals.has(reference));
  while (!hasAll()) await sleep(5);
  const took = [...stored].map(([reference, at]) => arrivals.get(reference)! - at).sort((a, b) => a - b);
  return took[Math.floor(took.length * 0.99)]!;
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

it('endpoints that hang or are dead, with messages waiting, slow nobody else down', async () => {
  for (let n = 0; n < HANGING + DEAD; n += 1) {
    const partner = `bad${n}`;
    await crowded.addEndpoint(partner, 100 + n, n < HANGING ? `${base}/hang` : 'http://127.0.0.1:64998/');
    for (let m = 0; m < WAITING_FOR_EACH; m += 1) await crowded.confirm(partner, `${partner}-${m}`);
  }
  const without: number[] = [];
  const beside: number[] = [];
  // In turn: whatever else the machine does meets both.
  for (let round = 0; round < ROUNDS; round += 1) {
    without.push(await p99(quiet, `quiet-${round}`));
    beside.push(await p99(crowded, `crowded-${round}`));
  }
  expect(crowded.callbacks.size).toBeGreaterThanOrEqual(HANGING / 2);
  const usual = median(without);
  expect(median(beside)).toBeLessThanOrEqual(Math.max(usual * 1.5, usual + TOLERATED_MS));
  const dead = crowded.index.lanes.get(100 + HANGING)!;
  expect([dead.isHeld, dead.waiting > WAITING_FOR_EACH / 2]).toEqual([true, true]);
  expect(dead.open.size).toBeLessThan(40);
  expect(crowded.errors).toEqual([]);
}, 60_000);
