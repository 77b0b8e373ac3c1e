import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Findings } from '../load/audit/findings.js';
import { type Compose, docker, shell } from './compose.js';
import { login, upload } from './uploads.js';

const PORT = 3000;
const USER = '1000';
const AGAIN_WITHIN_MS = 60_000;
const GRACE_MS = 30_000;

/** A settings file with the admin's password and a token for the metrics, as an operator would write it. */
const TRIAL = {
  KEYFORGE_ADMIN_PASSWORD: 'trial-admin-password',
  METRICS_TOKEN: randomBytes(16).toString('hex'),
  // Where a settings file of this machine would lead a container astray.
  HOST: '127.0.0.1',
  DATA_DIR: './data',
};

/** `docker compose up`: the product alone, with its data in a volume. */
export async function checkEmbedded(compose: Compose, findings: Findings): Promise<void> {
  const check = (what: string, holds: boolean, detail: string): void =>
    findings.check(what, holds, () => detail);
  const exec = (...words: string[]) => compose.call('exec', '-T', 'keyforge', ...words);
  const cli = (...words: string[]) => exec('npm', 'run', '--silent', 'cli', '--', ...words);

  compose.set(TRIAL);
  const startedAt = performance.now();
  await compose.must('up', '--detach', '--wait');
  console.log(`the product alone is healthy after ${Math.round(performance.now() - startedAt)} ms`);

  const running = (await compose.must('ps', '--services')).trim();
  check('the product alone starts, and nothing else', running === 'keyforge', running);
  const line = /curl -sG.*/.exec(await compose.log('keyforge'))?.[0] ?? 'false';
  const sold = [await shell(line), await shell(line)].map(({ out }) => out);
  const texts = new Set(sold.map(keyTextOf));
  const areSold = texts.size === 2 && !texts.has('');
  check('the printed line sells a key from outside, another one each time', areSold, sold.join());
  const order = line.replace(/DEMO-'.*"'"\}'/, `CHECKED"}'`);
  const bought = (await shell(order)).out;
  const isKept = async (what: string): Promise<void> =>
    check(
      what,
      keyTextOf(bought) !== '' && keyTextOf((await shell(order)).out) === keyTextOf(bought),
      bought,
    );

  const ids = await exec('id', '-u');
  check('it runs as nobody special', ids.out.trim() === USER, ids.out);
  const written = await exec('touch', '/app/here');
  check('it cannot write its own program', written.code !== 0, written.err);
  const metrics = await fetch(`http://127.0.0.1:${PORT}/metrics`, {
    headers: { authorization: `Bearer ${TRIAL.METRICS_TOKEN}` },
  });
  check('settings of the file .env reach it', metrics.ok, `${metrics.status}`);
  const picture = await upload(PORT, await login(PORT, TRIAL.KEYFORGE_ADMIN_PASSWORD));
  const shown = await fetch(`http://127.0.0.1:${PORT}${picture}`);
  check('a picture is taken in and shown', shown.ok, `${shown.status} ${picture}`);

  for (const words of [['doctor'], ['verify'], ['reset-password', 'admin'], ['backup', '/backups/check']]) {
    const { code, out, err } = await cli(...words);
    check(
      `cli ${words[0]} works in the container`,
      code === 0 && !/^(warning|problem)/m.test(out),
      out + err,
    );
  }

  await compose.crash('keyforge');
  await answers();
  await isKept('killed with kill -9 it starts again by itself, and answers the same');

  const stopsAt = performance.now();
  await compose.must('stop');
  const tookMs = performance.now() - stopsAt;
  const { ExitCode } = await compose.state('keyforge');
  check(
    'it stops when asked to, in time and with 0',
    ExitCode === 0 && tookMs < GRACE_MS,
    `${ExitCode}, ${tookMs} ms`,
  );
  await compose.must('down');
  await compose.must('up', '--detach');
  await answers();
  await isKept('data outlives the container');
  await checkRestore(compose, isKept);
  await checkRefusal(compose, check);
  await compose.must('down');
  const unnamed = (await docker('volume', 'ls', '--quiet', '--filter', 'dangling=true')).out;
  check('nothing but named volumes is left behind', !/^[0-9a-f]{64}$/m.test(unnamed), unnamed);
}

const keyTextOf = (answer: string): string => /"keyText":"([^"]+)"/.exec(answer)?.[1] ?? '';

async function answers(): Promise<void> {
  for (const giveUpAt = Date.now() + AGAIN_WITHIN_MS; Date.now() < giveUpAt; await sleep(100)) {
    const reply = await fetch(`http://127.0.0.1:${PORT}/readyz`).catch(() => null);
    if (reply?.ok) return;
  }
  throw new Error('the product does not answer');
}

/** As docs/operations.md says: into an empty volume, with the master key that no backup holds. */
async function checkRestore(compose: Compose, isKept: (what: string) => Promise<void>): Promise<void> {
  const key = '/var/lib/keyforge/master.key';
  const kept = await compose.must('exec', '-T', 'keyforge', 'cat', key);
  await compose.must('down');
  await docker('volume', 'rm', 'keyforge-check_data');
  const once = ['run', '--rm', '-T', 'keyforge'];
  await compose.tell(kept, ...once, 'sh', '-c', `umask 077; cat >${key}`);
  await compose.must(...once, 'npm', 'run', 'cli', '--', 'restore', '/backups/check');
  await compose.must('up', '--detach');
  await answers();
  await isKept('a restored backup answers the same');
}

async function checkRefusal(
  compose: Compose,
  check: (what: string, holds: boolean, detail: string) => void,
): Promise<void> {
  await compose.must('down');
  compose.set({ NODE_ENV: 'production' });
  const { code, out, err } = await compose.call('run', '--rm', '-T', 'keyforge');
  const told = err.includes('KEYFORGE_MASTER_KEY must be given');
  check(
    'in production it refuses to start without a master key',
    code === 78 && told,
    `${code}: ${out}${err}`,
  );
}
