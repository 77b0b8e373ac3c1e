import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Compose, docker } from '../support/containers/compose.js';
import { ContainersProof, SERVERS } from '../support/containers/containers-proof.js';
import { checkEmbedded } from '../support/containers/embedded-checks.js';
import { newSeed, report } from '../support/load/proof.js';
import { temporaryFolder } from '../support/load/temporary-folder.js';
import { folded, foldingIsExact } from '../support/nodes/checks.js';

const MEBIBYTE = 1024 * 1024;
const CLIENTS = 4;
const TTL_SECONDS = 4;
/** What is left at the end is bought key by key through servers that are slower than a log of one's own. */
const AMPLE_KEYS = 30;
const SUPPLY_EVERY_MS = 3_000;
const BETWEEN_MS = 1_500;
const STAND_INS = 'test/support/containers/stand-ins.yml';

/** Builds the product's image as `docker compose build` does, and with it the stand-ins for the servers. */
async function build(hasStandIns: boolean): Promise<void> {
  const startedAt = performance.now();
  const files = ['docker-compose.yml', ...(hasStandIns ? [STAND_INS] : [])].flatMap((file) => ['-f', file]);
  const services = ['keyforge', ...(hasStandIns ? SERVERS : [])];
  // One at a time: an engine of that age now and then misses a layer of images that it builds at once (moby/moby#41595).
  for (const service of services) {
    const { code, err } = await docker('compose', ...files, '--profile', 'engines', 'build', '-q', service);
    if (code !== 0) throw new Error(`docker compose build ${service}: ${err.slice(-5_000)}`);
  }
  const { out } = await docker('image', 'inspect', '--format', '{{.Size}}', 'keyforge:0.1.0');
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  console.log(
    `the image is built after ${seconds} s, ${Math.round(Number(out) / MEBIBYTE)} MiB with its base`,
  );
}

/** Servers and processes are killed while customers go on and repeat whatever they got no answer to. */
async function checkServers(proof: ContainersProof): Promise<void> {
  await proof.open();
  await proof.checkUploads();
  await proof.checkDoctor();
  proof.load.start();
  for (const [fault, make] of [
    ['kill -9 of an api process', () => proof.crash('api-2')],
    ['kill -9 of the worker', () => proof.crash('worker')],
    ['docker kill of Redis', () => proof.away('redis')],
    ['docker kill of EventStoreDB', () => proof.away('eventstoredb')],
    ['docker kill of MongoDB', () => proof.away('mongodb')],
  ] as const) {
    await sleep(BETWEEN_MS);
    const startedAt = performance.now();
    await make();
    console.log(`${fault}: all is ready again after ${Math.round(performance.now() - startedAt)} ms`);
  }
  await sleep(BETWEEN_MS);
  await proof.load.stop();
  await proof.sweep();
  console.log(`everything is folded ${await folded(proof)} ms after the last sale`);
  await proof.stopProduct();
  await foldingIsExact(proof);
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { 'stand-ins': { type: 'boolean' }, seed: { type: 'string' } } });
  const seed = Number(values.seed ?? newSeed());
  const { out } = await docker('version', '--format', '{{.Server.Version}}');
  console.log(`docker ${out.trim()}, --seed ${seed}`);
  if (values['stand-ins']) {
    console.log('images: Node from npm on Debian for node, a stand-in for eventstore/eventstore, SecantusDB');
    console.log("with MongoDB's mongosh for mongo, Debian's redis-server for redis");
  }
  await build(values['stand-ins'] ?? false);
  const folder = temporaryFolder('keyforge-containers');
  const compose = new Compose(folder.path);
  const proof = new ContainersProof(compose, {
    seed,
    clients: CLIENTS,
    ttlSeconds: TTL_SECONDS,
    ampleKeys: AMPLE_KEYS,
    supplyEveryMs: SUPPLY_EVERY_MS,
    freedWithinMs: 40_000,
    expiryGraceMs: 12_000,
  });
  try {
    await checkEmbedded(compose, proof.findings);
    await checkServers(proof);
    const truth = await proof.audit();
    if (proof.findings.broken.length > 0) console.log(await compose.lastWords());
    await proof.checkNothingLeft();
    report(proof, truth);
  } catch (error) {
    console.log(await compose.lastWords());
    throw error;
  } finally {
    await proof.close();
    await compose.remove();
    folder.remove();
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
