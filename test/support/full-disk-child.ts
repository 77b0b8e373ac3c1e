import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { LmdbIdempotencyStore } from '../../src/platform/idempotency/embedded/lmdb-idempotency-store.js';
import { LmdbIndexStorage } from '../../src/platform/indexes/embedded/lmdb-index-storage.js';
import { FailedJobs } from '../../src/platform/jobs/embedded/failed-jobs.js';
import { SystemIds } from '../../src/platform/kernel/ids.js';
import { EmbeddedKeyStore } from '../../src/platform/key-store/embedded/embedded-key-store.js';
import { EmbeddedReadStore } from '../../src/platform/read-store/embedded/embedded-read-store.js';
import { MasterKey } from '../../src/platform/security/master-key.js';
import { LmdbSnapshotStore } from '../../src/platform/snapshots/embedded/lmdb-snapshot-store.js';

/** A store that is written until its disk is full, for the tests of all that are kept in LMDB beside the log. */
interface Written {
  /** Writes some 10 KiB under the number, in several writes of one turn. */
  write(number: number): Promise<unknown>;
  close(): Promise<void>;
}

const TEXT = 'x'.repeat(2_000);
const PARTS = [0, 1, 2, 3, 4];

const STORES: Readonly<Record<string, (directory: string) => Promise<Written>>> = {
  async documents(directory) {
    const store = EmbeddedReadStore.open({ directory });
    await store.openCollection({ name: 'things', indexes: [['n']] });
    const write = (n: number) => {
      const documents = new Map(
        PARTS.map((part) => [`${n}-${part}`, { _id: `${n}-${part}`, n, text: TEXT }]),
      );
      const checkpoint = { key: 'at', value: { n } };
      return store.write({
        position: BigInt(n),
        writes: [{ collection: 'things', documents }],
        checkpoint,
      });
    };
    return { write, close: () => store.close() };
  },
  async indexes(directory) {
    const storage = LmdbIndexStorage.open(directory);
    const write = async (n: number) => {
      const entries = new Map(PARTS.map((part) => [`${n}-${part}`, TEXT]));
      await storage.writeAhead('things', entries);
      const index = { index: 'things', version: 1, position: BigInt(n), entries };
      await storage.write([index], { position: String(n), event: 'e' });
    };
    return { write, close: () => storage.close() };
  },
  async keys(directory) {
    const store = await EmbeddedKeyStore.open(directory, MasterKey.generate(), new SystemIds());
    const write = (n: number) =>
      Promise.all(Array.from({ length: 50 }, (_, part) => store.obtain(`scope-${n}-${part}`)));
    return { write, close: () => store.close() };
  },
  async idempotency(directory) {
    const store = LmdbIdempotencyStore.open(directory);
    const request = { fingerprint: TEXT, begunAtMs: 1, after: '0', upTo: null, answer: null };
    const write = (n: number) =>
      Promise.all(PARTS.map((part) => store.claim(`${n}-${part}`, { ...request, attemptId: `${n}` })));
    return { write, close: () => store.close() };
  },
  async jobs(directory) {
    const jobs = FailedJobs.open(directory);
    const failed = { dueMs: 1, attempts: 1, lastError: TEXT, failedAtMs: 1 };
    const write = (n: number) =>
      Promise.all(PARTS.map((part) => jobs.put('queue', { ...failed, id: `${n}-${part}` })));
    return { write, close: () => jobs.close() };
  },
  /** Does not say that it could not write: it is a cache. */
  async snapshots(directory) {
    const store = LmdbSnapshotStore.open(directory);
    const write = async (n: number) => {
      const snapshot = { revision: n, event: 'e', lastAtMs: 1, state: { text: TEXT } };
      for (const part of PARTS) store.save(`kf.thing-${n}-${part}`, 1, snapshot);
      const giveUpAt = Date.now() + 250;
      while (!store.load(`kf.thing-${n}-4`, 1)) {
        if (Date.now() > giveUpAt) throw new Error('it was not written');
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    };
    return { write, close: () => store.close() };
  },
};

const say = (value: unknown): void => void writeSync(1, `${JSON.stringify(value)}\n`);

/** Fills the disk and says so, fails for some time, and goes on when a line comes in. */
async function run(name: string, directory: string): Promise<void> {
  const store = await STORES[name]!(directory);
  let number = 1;
  let failures = 0;
  while (failures < 4) {
    try {
      await store.write(number);
      number += 1;
    } catch {
      failures += 1;
      // What nobody waited for would end the process in this pause.
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  say({ written: number - 1 });
  for await (const _ of createInterface(process.stdin)) {
    await store.write(number);
    say({ written: number });
    break;
  }
  await store.close();
}

const [name, directory] = process.argv.slice(2);
void run(name!, directory!);
