import { setTimeout as sleep } from 'node:timers/promises';
import { newSeed, numberOptions, Proof, report } from '../support/load/proof.js';

/**
 * The real server under many customers who want the same few keys at the same time, in every way that terminals can
 * want them. At the end the log is audited: every key in exactly one state, and all answers true.
 */
async function main(): Promise<void> {
  const { seconds, clients, seed, ttl } = numberOptions({
    seconds: 45,
    clients: 64,
    seed: newSeed(),
    ttl: 3,
  });
  console.log(`race: ${clients} clients for ${seconds} s, --seed ${seed}`);
  const proof = new Proof({ seed, clients, ttlSeconds: ttl });
  try {
    await proof.open();
    proof.load.start();
    await sleep(seconds * 1000);
    await proof.load.stop();
    await proof.sweep();
    const exitCode = await proof.server.stop();
    const { findings, journal } = proof;
    findings.check('the server stops when asked to', exitCode === 0, () => `exit code ${exitCode}`);
    const errors = proof.errorsLogged();
    findings.check('the server logs no error', errors.length === 0, () => errors.slice(0, 3).join('\n'));
    const lost = journal.exchanges.filter(({ answer }) => answer === null || answer.code === '0-99').length;
    findings.check('every call is answered for certain', lost === 0, () => `${lost} were not`);
    report(proof, await proof.audit());
  } finally {
    await proof.close();
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
