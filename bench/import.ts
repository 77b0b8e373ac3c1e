import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { builtEntry } from '../test/support/load/server-process.js';
import { median } from './figures.js';
import { becomesIdle, rssAnonBytes } from './process-usage.js';
import { Shop } from './shop.js';

export interface ImportFigures {
  readonly keys: number;
  /** From the start of the command to its end, with nothing sold meanwhile. */
  readonly keysPerSecond: number;
  /** Most anonymous memory of a server that takes in a quarter of the keys, all of them, and four times as many, MiB. */
  readonly quarterMb: number;
  readonly wholeMb: number;
  readonly fourfoldMb: number;
  /** Anonymous memory after a restart, of four times as many keys less that of as many, MiB: what the stock itself takes. */
  readonly stockOfMoreMb: number;
  /** Purchases a second, half of what the server sold to 64 clients at once. */
  readonly purchasesPerSecond: number;
  readonly keysPerSecondBesidePurchases: number;
  /** Medians over the rounds of the purchases' p99, ms: without an import and beside one, in turn. */
  readonly p99AloneMs: number;
  readonly p99BesideMs: number;
}

const CLIENTS = 64;
const CAPACITY_SECONDS = 5;
const ROUNDS = 5;
const ROUND_SECONDS = 6;
/** Keys of an import that outlasts a round. */
const ROUND_KEYS = 400_000;
const MEMORY_POLL_MS = 50;

/** A file of keys that never came before. */
async function writeKeys(path: string, keys: number, prefix: string): Promise<void> {
  function* lines(): Generator<string> {
    yield 'key_text,serial_number\n';
    for (let key = 0; key < keys; key += 1) yield `${prefix}-${String(key).padStart(10, '0')},S${key}\n`;
  }
  await pipeline(Readable.from(lines()), createWriteStream(path));
}

/** Runs the import command against the running server. @returns how long it took, and its way to be broken off */
function importKeys(shop: Shop, path: string): { readonly done: Promise<number>; readonly stop: () => void } {
  const cli = join(dirname(builtEntry()), 'cli.js');
  const startedAt = performance.now();
  const child = spawn(process.execPath, [cli, 'import', 'keys', path, '--package', shop.packageId], {
    env: { PATH: process.env.PATH, DATA_DIR: shop.dataDir },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const done = once(child, 'exit').then(() => performance.now() - startedAt);
  return { done, stop: () => child.kill('SIGTERM') };
}

/** As many purchases at once as there are clients. @returns purchases a second */
async function capacity(shop: Shop): Promise<number> {
  let [sold, running] = [0, true];
  const client = async (id: number): Promise<void> => {
    for (let order = 0; running; order += 1, sold += 1) await shop.buy(`capacity-${id}-${order}`);
  };
  const clients = Array.from({ length: CLIENTS }, (_, id) => client(id));
  await sleep(CAPACITY_SECONDS * 1000);
  running = false;
  await Promise.all(clients);
  return sold / CAPACITY_SECONDS;
}

/** Purchases at a fixed rate, whatever becomes of those before. @returns their p99 from the moment each was due, ms */
async function purchasesAt(shop: Shop, perSecond: number, prefix: string): Promise<number> {
  const total = Math.round(perSecond * ROUND_SECONDS);
  const took: number[] = [];
  const underWay: Promise<void>[] = [];
  const startedAt = performance.now();
  for (let order = 0; order < total; order += 1) {
    const dueAt = startedAt + (order * 1000) / perSecond;
    while (performance.now() < dueAt) await sleep(1);
    underWay.push(
      shop.buy(`${prefix}-${order}`).then(() => {
        took.push(performance.now() - dueAt);
      }),
    );
  }
  await Promise.all(underWay);
  took.sort((one, other) => one - other);
  return took[Math.floor(took.length * 0.99)] ?? 0;
}

async function peakMbDuring(pid: number, work: Promise<unknown>): Promise<number> {
  let [peak, running] = [0, true];
  const poll = (async () => {
    for (; running; await sleep(MEMORY_POLL_MS)) peak = Math.max(peak, rssAnonBytes(pid));
  })();
  await work;
  running = false;
  await poll;
  return peak / 2 ** 20;
}

interface Imported {
  readonly keysPerSecond: number;
  /** Most anonymous memory of the server meanwhile, and what it has after a restart, MiB. */
  readonly peakMb: number;
  readonly restartedMb: number;
}

/** Imports so many new keys into a server just started. */
async function importInto(shop: Shop, keys: number): Promise<Imported> {
  const path = fileOf(shop, 'keys');
  await writeKeys(path, keys, 'WHOLE');
  await becomesIdle(shop.server.pid);
  const importing = importKeys(shop, path).done;
  const peakMb = await peakMbDuring(shop.server.pid, importing);
  const keysPerSecond = keys / ((await importing) / 1000);
  await becomesIdle(shop.server.pid);
  await shop.restart();
  await becomesIdle(shop.server.pid);
  return { keysPerSecond, peakMb, restartedMb: rssAnonBytes(shop.server.pid) / 2 ** 20 };
}

/** The same in a shop of its own, that is closed then. */
async function importAlone(keys: number): Promise<Imported> {
  const shop = await Shop.open();
  try {
    return await importInto(shop, keys);
  } finally {
    await shop.close();
  }
}

const fileOf = (shop: Shop, name: string): string => join(dirname(shop.dataDir), `${name}.csv`);

/** What an import from the command line costs: time, memory, and those who buy meanwhile. */
export async function measureImport(keys: number): Promise<ImportFigures> {
  const quarter = await importAlone(Math.ceil(keys / 4));
  const fourfold = await importAlone(4 * keys);
  const shop = await Shop.open();
  try {
    const whole = await importInto(shop, keys);
    const purchasesPerSecond = (await capacity(shop)) / 2;
    const [alone, beside, imported] = [[] as number[], [] as number[], [] as number[]];
    for (let round = 1; round <= ROUNDS; round += 1) {
      await becomesIdle(shop.server.pid);
      alone.push(await purchasesAt(shop, purchasesPerSecond, `alone-${round}`));
      const more = fileOf(shop, `round-${round}`);
      await writeKeys(more, ROUND_KEYS, `ROUND${round}`);
      await becomesIdle(shop.server.pid);
      const before = await shop.stock();
      const running = importKeys(shop, more);
      const startedAt = performance.now();
      beside.push(await purchasesAt(shop, purchasesPerSecond, `beside-${round}`));
      const seconds = (performance.now() - startedAt) / 1000;
      running.stop();
      await running.done;
      const bought = Math.round(purchasesPerSecond * ROUND_SECONDS);
      imported.push(((await shop.stock()) - before + bought) / seconds);
      console.log(`import, round ${round} of ${ROUNDS}`);
    }
    return {
      keys,
      keysPerSecond: whole.keysPerSecond,
      quarterMb: quarter.peakMb,
      wholeMb: whole.peakMb,
      fourfoldMb: fourfold.peakMb,
      stockOfMoreMb: fourfold.restartedMb - whole.restartedMb,
      purchasesPerSecond,
      keysPerSecondBesidePurchases: median(imported),
      p99AloneMs: median(alone),
      p99BesideMs: median(beside),
    };
  } finally {
    await shop.close();
  }
}
