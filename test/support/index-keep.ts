/** What a local index keeps, in memory: for tests that feed events to an index themselves. */
export class MemoryKeep {
  readonly entries: Map<string, unknown>;

  constructor(kept: Iterable<readonly [string, unknown]> = []) {
    this.entries = new Map(kept);
  }

  get(key: string): unknown {
    return this.entries.get(key);
  }
  put(key: string, value: unknown): void {
    this.entries.set(key, JSON.parse(JSON.stringify(value)));
  }
  delete(key: string): void {
    this.entries.delete(key);
  }
}

/** An event as local indexes see it. */
export const indexEvent = (
  category: string,
  id: string | number,
  event: { type: string; data: unknown },
  position: number,
  atMs = 0,
) => ({
  stream: `kf.${category}-${id}`,
  category,
  id: String(id),
  type: event.type,
  data: event.data,
  revision: 0,
  position: BigInt(position),
  atMs,
});
