import type { Aggregate, DomainEvent } from '../kernel/aggregate.js';
import { TurnoverMap } from '../kernel/turnover-map.js';

/** A stream's folded state as this process knows it, its own appends in flight included. */
export interface CachedStream<S = unknown, E extends DomainEvent = DomainEvent> {
  readonly stream: string;
  readonly aggregate: Aggregate<S, E>;
  state: S;
  revision: number;
  /** Revision of the last event known to be on disk. */
  durableRevision: number;
  /** Decision time of the last event, milliseconds; before every time for an empty stream. */
  lastAtMs: number;
  /** Revision of the newest snapshot that this process loaded or wrote. */
  snapshotRevision: number;
  /** Parts that were written with it. */
  snapshotParts: number;
  /** The last submission that appends to this stream and is not settled yet. */
  inFlight: object | null;
}

/**
 * Sum of weights in one generation; two generations are kept. What was let go of counts on: every sale ends with an order that is, and so a
 * lot that is sold out leaves after as many sales, not only when hundreds of others have come, which may be some 500 KB each.
 */
const GENERATION_WEIGHT = 20_000;

/** Folded streams, bounded by weight: what was not used for a whole generation is forgotten. */
export class StreamCache {
  private young = new TurnoverMap<string, CachedStream>();
  private old = new TurnoverMap<string, CachedStream>();
  private weight = 0;

  get(stream: string): CachedStream | undefined {
    const found = this.young.get(stream);
    if (found) return found;
    const aged = this.old.get(stream);
    if (aged) {
      this.old.delete(stream);
      this.set(aged);
    }
    return aged;
  }

  set(entry: CachedStream): void {
    if (this.weight >= GENERATION_WEIGHT) this.turn();
    this.young.set(entry.stream, entry);
    this.weight += entry.aggregate.weight ?? 1;
  }

  delete(stream: string): void {
    this.young.delete(stream);
    this.old.delete(stream);
  }

  /** Ages everything by a generation. A stream with an append in flight is never forgotten. */
  private turn(): void {
    const kept = [...this.old.values()].filter((entry) => entry.inFlight !== null);
    this.old = this.young;
    this.young = new TurnoverMap(kept.map((entry) => [entry.stream, entry]));
    this.weight = kept.reduce((sum, entry) => sum + (entry.aggregate.weight ?? 1), 0);
  }
}
