import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { RootDatabase } from 'lmdb';
import { committed, openEnvironment } from '../../lmdb/environment.js';
import { EnvironmentDamaged, problemOfOnlyCopy } from '../../lmdb/environment-file.js';
import { LAST_BYTES, Room } from '../../lmdb/room.js';
import { IdempotencyStore, type RememberedRequest } from '../idempotency-store.js';

const MAP_BYTES = 16 * 1024 ** 3;
const PAGE = 500;
/** About what a write takes. */
const WRITE_BYTES = 16 * 1024;

/** Requests in an LMDB environment of their own, as JSON by their key. A write is flushed before it is answered. */
export class LmdbIdempotencyStore extends IdempotencyStore {
  readonly isShared = false;

  private constructor(
    private readonly root: RootDatabase<RememberedRequest, string>,
    private readonly room: Room,
  ) {
    super();
  }

  /** @throws if the folder holds what LMDB cannot open: without the keys of the last day, requests could be repeated. */
  static open(directory: string): LmdbIdempotencyStore {
    const problem = problemOfOnlyCopy(directory);
    if (problem) {
      throw new EnvironmentDamaged(
        `the idempotency keys cannot be opened: ${problem}; to go without them, delete ${directory}`,
      );
    }
    const options = { path: directory, noSubdir: false, mapSize: MAP_BYTES, overlappingSync: false };
    const root = openEnvironment<RememberedRequest, string>({ ...options, encoding: 'json' });
    return new LmdbIdempotencyStore(root, new Room(directory, LAST_BYTES));
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

  async forget(begunBeforeMs: number): Promise<number> {
    let forgotten = 0;
    for await (const page of this.pages()) {
      const old = page.filter(({ value }) => value.begunAtMs < begunBeforeMs);
      await this.write(() => {
        for (const { key } of old) void this.root.remove(key);
      });
      forgotten += old.length;
    }
    return forgotten;
  }

  /** Ids of the attempts that have an answer by now. */
  async answeredAttempts(): Promise<Set<string>> {
    const answered = new Set<string>();
    for await (const page of this.pages()) {
      for (const { value } of page) if (value.answer !== null) answered.add(value.attemptId);
    }
    return answered;
  }

  /**
   * Writes a copy into an empty folder. Of attempts that are not `answered` it holds no answer, as if their process had
   * ended on the way: what they stored may be missing from the log that the copy belongs to.
   */
  async copyTo(directory: string, answered: ReadonlySet<string>): Promise<void> {
    const copy = LmdbIdempotencyStore.open(directory);
    try {
      for await (const page of this.pages()) {
        await copy.write(() => {
          for (const { key, value } of page) {
            const isKept = value.answer === null || answered.has(value.attemptId);
            void copy.root.put(key, isKept ? value : { ...value, answer: null, upTo: null });
          }
        });
      }
    } finally {
      await copy.close();
      rmSync(join(directory, 'lock.mdb'), { force: true });
    }
  }

  /** Of a log that lacks what was answered: its requests are as if their process had ended on the way. */
  async forgetAnswers(): Promise<void> {
    for await (const page of this.pages()) {
      await this.write(() => {
        for (const { key, value } of page) void this.root.put(key, { ...value, answer: null, upTo: null });
      });
    }
  }

  /** Everything, page by page: other work runs in between, however much there is. */
  private async *pages(): AsyncGenerator<{ key: string; value: RememberedRequest }[]> {
    for (let start = ''; ; ) {
      const page = [...this.root.getRange({ start, limit: PAGE })];
      yield page;
      if (page.length < PAGE) return;
      start = `${page.at(-1)!.key}\0`;
      await new Promise(setImmediate);
    }
  }

  /** @throws {StoreUnavailable} where the disk is full */
  private async write<R>(work: () => R): Promise<R> {
    this.room.take(WRITE_BYTES);
    return committed(this.root.transaction(work));
  }

  close(): Promise<void> {
    return this.root.close();
  }
}
