import type { LogMark } from '../../src/platform/event-store/log-mark.js';
import { IndexStorage, type IndexWrite } from '../../src/platform/indexes/index-storage.js';

/** Index entries in memory, as JSON texts as they would lie on disk. */
export class MemoryIndexStorage extends IndexStorage {
  private readonly checkpoints = new Map<string, { version: number; position: bigint }>();
  private lastMark: LogMark | null = null;
  private readonly stored = new Map<string, Map<string, string>>();

  checkpoint(index: string, version: number): bigint | null {
    const found = this.checkpoints.get(index);
    return found?.version === version ? found.position : null;
  }

  get(index: string, key: string): unknown {
    const text = this.stored.get(index)?.get(key);
    return text === undefined ? undefined : JSON.parse(text);
  }

  *entries(index: string): Iterable<[string, unknown]> {
    for (const [key, text] of this.stored.get(index) ?? []) yield [key, JSON.parse(text)];
  }

  async clear(index: string): Promise<void> {
    this.stored.delete(index);
    this.checkpoints.delete(index);
  }

  mark(): LogMark | null {
    return this.lastMark;
  }

  async write(writes: readonly IndexWrite[], mark: LogMark): Promise<void> {
    this.lastMark = mark;
    for (const { index, version, position, entries } of writes) {
      await this.writeAhead(index, entries);
      this.checkpoints.set(index, { version, position });
    }
  }

  async writeAhead(index: string, entries: ReadonlyMap<string, unknown>): Promise<void> {
    const stored = this.stored.get(index) ?? new Map<string, string>();
    this.stored.set(index, stored);
    for (const [key, value] of entries) {
      if (value === undefined) stored.delete(key);
      else stored.set(key, JSON.stringify(value));
    }
  }

  async close(): Promise<void> {}
}
