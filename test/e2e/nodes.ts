import { setTimeout as sleep } from 'node:timers/promises';
import { newSeed, numberOptions, report } from '../support/load/proof.js';
import { Random } from '../support/load/random.js';
import { folded, foldingIsExact, measureNodes } from '../support/nodes/checks.js';
import { type Node, NodesProof } from '../support/nodes/nodes-proof.js';
import type { TestServer } from '../support/nodes/stand-in-server.js';

const TAKEN_OVER_MS = 10_000;
/** A lease that was lost meanwhile is looked at anew, and the server reads what it left behind. */
const BACK_MS = 20_000;
/** Nobody is waited for any longer. */
const GIVE_UP_MS = 60_000;
/** Longer than a lease is held without a sign, and than another one waits for it. */
const PAUSE_MS = 7_000;
const SERVER_DOWN_MS = 2_000;
/** Longer than a lease is held: nobody is the worker meanwhile. */
const LEASE_LOST_MS = 4_000;
const BETWEEN_MS = 1_500;
/** What is left at the end is bought key by key through servers that are slower than a log of one's own. */
const AMPLE_KEYS = 100;
const SUPPLY_EVERY_MS = 1_500;

const TAKEN_OVER = 'another process is the worker, and at work, within 10 s';
const BACK = 'a process is the worker, and at work, soon after its server is back';

/** Resolves when one of the nodes is at work as the worker. */
async function atWork(
  proof: NodesProof,
  nodes: readonly Node[],
  check: string,
  withinMs: number,
): Promise<string> {
  const startedAt = performance.now();
  for (;;) {
    const tookMs = Math.round(performance.now() - startedAt);
    if (tookMs > GIVE_UP_MS) throw new Error(`nobody became the worker within ${GIVE_UP_MS} ms`);
    for (const node of nodes) {
      if (!(await proof.isWorker(node))) continue;
      proof.findings.check(check, tookMs <= withinMs, () => `${node.name} after ${tookMs} ms`);
      return `${node.name} is the worker after ${tookMs} ms`;
    }
    await sleep(50);
  }
}

/** Somebody else becomes the worker while its holder is out of action. */
const takenOver = (proof: NodesProof, from: Node): Promise<string> =>
  atWork(
    proof,
    proof.nodes.filter((node) => node !== from),
    TAKEN_OVER,
    TAKEN_OVER_MS,
  );

async function away(proof: NodesProof, server: TestServer, forMs = SERVER_DOWN_MS): Promise<string> {
  await server.kill();
  await sleep(forMs);
  await server.start();
  return `away for ${forMs} ms; ${await atWork(proof, proof.nodes, BACK, BACK_MS)}`;
}

/** What may go wrong, one after the other. Each leaves everything running. */
const FAULTS: readonly [name: string, fault: (proof: NodesProof, random: Random) => Promise<string>][] = [
  [
    'kill -9 of a process that sells',
    async (proof, random) => {
      const node = random.pick(proof.nodes.filter(({ role }) => role === 'api'));
      await node.process.kill();
      await proof.restart(node);
      return node.name;
    },
  ],
  [
    'kill -9 of the worker',
    async (proof) => {
      const worker = await proof.worker();
      await worker.process.kill();
      const told = await takenOver(proof, worker);
      await proof.restart(worker);
      return `${worker.name}: ${told}`;
    },
  ],
  [
    'a pause of the worker',
    async (proof) => {
      const worker = await proof.worker();
      worker.process.pause();
      const since = performance.now();
      const told = await takenOver(proof, worker);
      await sleep(Math.max(0, PAUSE_MS - (performance.now() - since)));
      worker.process.resume();
      return `${worker.name}: ${told}`;
    },
  ],
  ['kill -9 of MongoDB', (proof) => away(proof, proof.servers.documents, LEASE_LOST_MS)],
  ['kill -9 of EventStoreDB', (proof) => away(proof, proof.servers.log)],
  ['kill -9 of Redis', (proof) => away(proof, proof.servers.redis)],
];

/**
 * Four real processes that sell from one stock, killed and paused one after the other, and their servers with them, while
 * customers go on and repeat whatever they got no answer to. At the end the log is audited, and the read models are compared
 * with it.
 */
async function main(): Promise<void> {
  const { faults, clients, seed, ttl } = numberOptions({ faults: 24, clients: 12, seed: newSeed(), ttl: 4 });
  console.log(`nodes: ${faults} faults under ${clients} clients, --seed ${seed}`);
  const random = new Random(seed);
  const slow = { freedWithinMs: 40_000, expiryGraceMs: 12_000 };
  const proof = new NodesProof({
    seed,
    clients,
    ttlSeconds: ttl,
    ampleKeys: AMPLE_KEYS,
    supplyEveryMs: SUPPLY_EVERY_MS,
    roles: ['api', 'api', 'all', 'worker'],
    ...slow,
  });
  const { findings } = proof;
  try {
    await proof.open();
    console.log(`four processes are ready; ${(await proof.worker()).name} is the worker`);
    await measureNodes(proof);
    proof.load.start();
    for (let next = 0; next < faults; next += 1) {
      await sleep(BETWEEN_MS);
      const [name, fault] = FAULTS[next % FAULTS.length]!;
      console.log(`${next + 1}. ${name}: ${await fault(proof, random)}`);
    }
    await sleep(BETWEEN_MS);
    await proof.load.stop();
    await proof.worker();
    await proof.sweep();
    console.log(`everything is folded ${await folded(proof)} ms after the last sale`);
    const exits = await proof.stopNodes();
    findings.check(
      'every process stops when asked to',
      exits.every((code) => code === 0),
      () => exits.join(),
    );
    await foldingIsExact(proof);
    report(proof, await proof.audit());
  } finally {
    await proof.close();
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
