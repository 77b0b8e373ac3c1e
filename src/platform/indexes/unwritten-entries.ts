/** Buffered entries of one index from which on those that may are written in slices, between which other work runs. */
const SLICED_FROM = 1000;

export type Entries = ReadonlyMap<string, unknown>;

/** Entries that are not on disk yet, by the slice in which they may be written ahead; null for all others. */
export class UnwrittenEntries {
  private readonly slices = new Map<number | null, Map<string, unknown>>();

  get size(): number {
    let size = 0;
    for (const entries of this.slices.values()) size += entries.size;
    return size;
  }

  slice(number: number | null): Entries | undefined {
    return this.slices.get(number);
  }

  put(slice: number | null, key: string, value: unknown): void {
    const entries = this.slices.get(slice);
    if (entries) entries.set(key, value);
    else this.slices.set(slice, new Map([[key, value]]));
  }

  forget(slice: number | null, key: string): void {
    this.slices.get(slice)?.delete(key);
  }

  /** What may be written ahead of the checkpoint, if that is worth it, and the rest. */
  parts(): { readonly ahead: readonly Entries[]; readonly rest: Entries } {
    if (this.size < SLICED_FROM) return { ahead: [], rest: this.all() };
    const ahead = [...this.slices].flatMap(([number, entries]) => (number === null ? [] : [entries]));
    return { ahead, rest: this.slices.get(null) ?? new Map() };
  }

  /** Adds what has come since, in place of what is in here under the same key. */
  addNewer(newer: UnwrittenEntries): void {
    for (const [slice, entries] of newer.slices) {
      for (const [key, value] of entries) this.put(slice, key, value);
    }
  }

  private all(): Entries {
    return new Map([...this.slices.values()].flatMap((entries) => [...entries]));
  }
}
