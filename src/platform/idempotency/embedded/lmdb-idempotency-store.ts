import { open, type RootDatabase } from 'lmdb';
import { problemOfEnvironment } from '../../lmdb/environment-file.js';
import { IdempotencyStore, type RememberedRequest } from '../idempotency-store.js';

const MAP_BYTES = 16 * 1024 ** 3;
const PAGE = 500;

/** Requests in an LMDB environment of their own, as JSON by their key. A write is flushed before it is answered. */
export class LmdbIdempotencyStore extends IdempotencyStore {
  private constructor(private readonly root: RootDatabase<RememberedRequest, string>) {
    super();
  }

  /** @throws if the folder holds what LMDB cannot open: without the keys of the last day, requests could be repeated. */
  static open(directory: string): LmdbIdempotencyStore {
    const problem = problemOfEnvironment(directory);
    if (problem) {
      throw new Error(
        `the idempotency keys cannot be opened: ${problem}; to go without them, delete ${directory}`,
      );
    }
    const options = { path: directory, noSubdir: false, mapSize: MAP_BYTES, overlappingSync: false };
    return new LmdbIdempotencyStore(open<RememberedRequest, string>({ ...options, encoding: 'json' }));
  }

  claim(key: string, request: RememberedRequest): Promise<RememberedRequest | null> {
    return this.write(() => {
      const found = this.root.get(key);
      if (found) return found;
      void this.root.put(key, request);
      return null;
    });
  }

  replace(key: string, attemptId: string, request: RememberedRequest): Promise<boolean> {
    return this.write(() => {
      if (this.root.get(key)?.attemptId !== attemptId) return false;
      void this.root.put(key, request);
      return true;
    });
  }

  async release(key: string, attemptId: string): Promise<void> {
    await this.write(() => {
      if (this.root.get(key)?.attemptId === attemptId) void this.root.remove(key);
    });
  }

  /** Page by page: other work runs in between, however many there are. */
  async forget(begunBeforeMs: number): Promise<number> {
    let forgotten = 0;
    for (let start = ''; ; ) {
      const page = [...this.root.getRange({ start, limit: PAGE })];
      const old = page.filter(({ value }) => value.begunAtMs < begunBeforeMs);
      await this.write(() => {
        for (const { key } of old) void this.root.remove(key);
      });
      forgotten += old.length;
      if (page.length < PAGE) return forgotten;
      start = `${page.at(-1)!.key}\0`;
    }
  }

  private async write<R>(work: () => R): Promise<R> {
    try {
      return await this.root.transaction(work);
    } catch (error) {
      // lmdb hands over the reason of a failed commit by a second promise, which must not go unhandled either.
      (error as { commitError?: Promise<unknown> }).commitError?.catch(() => undefined);
      throw error;
    }
  }

  close(): Promise<void> {
    return this.root.close();
  }
}
