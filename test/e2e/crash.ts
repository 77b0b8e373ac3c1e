import { setTimeout as sleep } from 'node:timers/promises';
import { newSeed, numberOptions, Proof, report } from '../support/load/proof.js';
import { Random } from '../support/load/random.js';

/** A server lives this long under load before it is killed. */
const SHORTEST_LIFE_MS = 300;
const LONGEST_LIFE_MS = 2_500;
/** Acknowledged answers that are asked for again after each restart. */
const REPEATED = 12;

const SAME = 'after a restart, what was acknowledged is answered the same';
const BACK = 'the server starts again, whenever it was killed';

/** Asks again for sales that were acknowledged before the last kill. */
async function repeatAcknowledged(proof: Proof, random: Random): Promise<void> {
  const { journal, world, findings } = proof;
  const sales = journal.exchanges.filter(({ call, answer }) => call.action === 6 && answer?.code === '0');
  if (sales.length === 0) return;
  const repeated = Array.from({ length: REPEATED }, (_, index) =>
    // The newest are those that a crash could have lost.
    index < REPEATED / 2 ? (sales.at(-1 - index) ?? random.pick(sales)) : random.pick(sales),
  );
  await Promise.all(
    repeated.map(async ({ partner, call, answer }) => {
      const from = world.partners.find(({ login }) => login === partner)!;
      const again = await proof.load.settle(from, call, 'repeat after a restart');
      const isSame = JSON.stringify(again) === JSON.stringify(answer);
      const told = (): string =>
        `${JSON.stringify(call)}: ${JSON.stringify(answer)}, then ${JSON.stringify(again)}`;
      findings.check(SAME, isSame, told);
    }),
  );
}

/**
 * The real server killed again and again in the middle of its work, while customers go on and repeat whatever they
 * got no answer to. At the end the log is audited: nothing acknowledged is lost or doubled, nothing is stuck.
 */
async function main(): Promise<void> {
  const { cycles, clients, seed, ttl } = numberOptions({ cycles: 20, clients: 64, seed: newSeed(), ttl: 3 });
  console.log(`crash: ${cycles} kills under ${clients} clients, --seed ${seed}`);
  const random = new Random(seed);
  const proof = new Proof({ seed, clients, ttlSeconds: ttl });
  const { findings, journal } = proof;
  findings.declare(SAME);
  try {
    await proof.open();
    proof.load.start();
    for (let cycle = 1; cycle <= cycles; cycle += 1) {
      await sleep(random.between(SHORTEST_LIFE_MS, LONGEST_LIFE_MS));
      const before = journal.exchanges.length;
      await proof.server.kill();
      const killedAtMs = Date.now();
      await proof.startServer();
      findings.check(BACK, true, () => '');
      const downMs = Date.now() - killedAtMs;
      await repeatAcknowledged(proof, random);
      const lost = journal.exchanges.slice(before).filter(({ answer }) => answer === null).length;
      console.log(`kill ${cycle}: ${before} calls before, ${lost} answers lost, back after ${downMs} ms`);
    }
    await proof.load.stop();
    await proof.sweep();
    await proof.server.stop();
    report(proof, await proof.audit());
  } finally {
    await proof.close();
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
