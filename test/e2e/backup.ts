import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Exchange } from '../support/load/journal.js';
import { newSeed, numberOptions, Proof, report } from '../support/load/proof.js';
import { Random } from '../support/load/random.js';
import { builtEntry } from '../support/load/server-process.js';

/** Sales of before the backup that are asked for again after each restore. */
const REPEATED = 40;
const CLI_MS = 120_000;

const SAME = 'after a restore, what was acknowledged before the backup began is answered the same';
const COMMANDS = 'backup, restore and verify succeed';
const REFUSED = 'a restore into a directory that is in use is refused';
const READ_MODELS = 'read models are built anew, as the log says';

interface Ended {
  readonly code: number | null;
  readonly out: string;
}

/** Runs the product's command line on the data directory. */
function cli(proof: Proof, ...words: string[]): Promise<Ended> {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, [join(dirname(builtEntry()), 'cli.js'), ...words], {
    cwd: dirname(proof.dataDir),
    env: { PATH, HOME, DATA_DIR: proof.dataDir, KEYFORGE_DEMO: '0' },
    timeout: CLI_MS,
  });
  let out = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (out += text));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, out: out.trim() })));
}

async function succeed(proof: Proof, ...words: string[]): Promise<void> {
  const { code, out } = await cli(proof, ...words);
  console.log(`${words[0]}: ${out.split('\n').at(-1)}`);
  proof.findings.check(COMMANDS, code === 0, () => `${words.join(' ')}: ${code}, ${out}`);
}

/** Leaves nothing of the data but the master key, which no backup holds. */
function wipe({ dataDir, beside }: { dataDir: string; beside: string }): void {
  copyFileSync(join(dataDir, 'master.key'), beside);
  rmSync(dataDir, { recursive: true });
  mkdirSync(dataDir, { mode: 0o700 });
  copyFileSync(beside, join(dataDir, 'master.key'));
}

async function repeat(proof: Proof, random: Random, acknowledged: readonly Exchange[]): Promise<void> {
  const sales = acknowledged.filter(({ call, answer }) => call.action === 6 && answer?.code === '0');
  const asked = Array.from({ length: REPEATED }, (_, index) =>
    // The newest are those that a copy could lack.
    index < REPEATED / 2 ? (sales.at(-1 - index) ?? random.pick(sales)) : random.pick(sales),
  );
  for (const { partner, call, answer } of asked) {
    const from = proof.world.partners.find(({ login }) => login === partner)!;
    const again = await proof.load.settle(from, call, 'repeat after a restore');
    const isSame = JSON.stringify(again) === JSON.stringify(answer);
    proof.findings.check(
      SAME,
      isSame,
      () => `${JSON.stringify(call)}: ${JSON.stringify(answer)}, then ${JSON.stringify(again)}`,
    );
  }
}

/** Backup under load, loss of everything, restore, and sales again. */
async function drill(proof: Proof, random: Random, round: number, seconds: number): Promise<void> {
  const { journal, findings } = proof;
  const folder = proof.beside(`backup-${round}`);
  proof.load.start();
  await sleep(seconds * 1000);
  const before = journal.mark();
  await succeed(proof, 'backup', folder);
  await sleep(seconds * 500);
  const refused = await cli(proof, 'restore', folder);
  findings.check(REFUSED, refused.code === 1 && /stop it/.test(refused.out), () => refused.out);
  await proof.load.stop();
  await proof.server.kill();
  const lost = journal.exchanges.length - before.exchanges;
  console.log(
    `round ${round}: ${before.exchanges} calls before the backup, ${lost} since, now lost or in doubt`,
  );
  journal.doubtSince(before);
  wipe({ dataDir: proof.dataDir, beside: proof.beside('master.key') });
  await succeed(proof, 'restore', folder);
  findings.check(
    READ_MODELS,
    !readdirSync(proof.dataDir).includes('documents'),
    () => 'the backup holds read models',
  );
  await succeed(proof, 'verify');
  await proof.startServer();
  proof.prepareLoad(`after-${round}-`);
  await repeat(proof, random, journal.exchanges.slice(0, before.exchanges));
  await succeed(proof, 'projections', 'verify');
}

/**
 * The real server is backed up while customers buy, loses its data directory, and gets it back from the backup. At the
 * end the log is audited: whatever was acknowledged before a backup began is there, and all totals add up.
 */
async function main(): Promise<void> {
  const { rounds, seconds, clients, seed, ttl } = numberOptions({
    ...{ rounds: 5, seconds: 6 },
    ...{ clients: 64, seed: newSeed(), ttl: 3 },
  });
  console.log(`backup: ${rounds} drills of ${clients} clients, --seed ${seed}`);
  const random = new Random(seed);
  const proof = new Proof({ seed, clients, ttlSeconds: ttl });
  for (const name of [SAME, COMMANDS, REFUSED, READ_MODELS]) proof.findings.declare(name);
  try {
    await proof.open();
    for (let round = 1; round <= rounds; round += 1) await drill(proof, random, round, seconds);
    proof.load.start();
    await sleep(seconds * 500);
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
