import { TurnoverMap } from '../../kernel/turnover-map.js';
import { NO_STREAM } from '../event-store.js';

interface Pending {
  revision: number;
  /** The stream begins with what is on its way: most of these, orders above all, are never appended to again. */
  readonly isNew: boolean;
  /** Records on their way that hold events of the stream. */
  records: number;
}

/**
 * The revision of each stream's last event, appends in flight included. Streams with appends in flight are kept
 * exactly; of the others the most recently used are remembered and the rest is looked up.
 */
export class StreamHeads {
  private readonly pending = new TurnoverMap<string, Pending>();
  /** In order of use, the oldest first. Holds only what is on disk. */
  private readonly settled = new Map<string, number>();

  constructor(
    private readonly limit: number,
    private readonly lookUp: (stream: string) => number,
  ) {}

  revision(stream: string): number {
    const pending = this.pending.get(stream);
    if (pending) return pending.revision;
    const known = this.settled.get(stream);
    if (known === undefined) {
      const revision = this.lookUp(stream);
      // Most streams that are not there are about to be created: remembering them would push out others.
      if (revision !== NO_STREAM) this.remember(stream, revision);
      return revision;
    }
    this.settled.delete(stream);
    this.settled.set(stream, known);
    return known;
  }

  isPending(stream: string): boolean {
    return this.pending.has(stream);
  }

  /** A record is on its way that holds events of the stream from one revision to another, its last. */
  begin(stream: string, firstRevision: number, revision: number): void {
    const pending = this.pending.get(stream);
    if (pending) {
      pending.revision = revision;
      pending.records += 1;
    } else {
      this.pending.set(stream, { revision, isNew: firstRevision === 0, records: 1 });
    }
  }

  /** The record begun last for the stream holds more of it. */
  advance(stream: string, revision: number): void {
    this.pending.get(stream)!.revision = revision;
  }

  /** One record begun for the stream is on disk. */
  stored(stream: string): void {
    const pending = this.pending.get(stream);
    if (!pending) return;
    pending.records -= 1;
    if (pending.records > 0) return;
    this.pending.delete(stream);
    if (!pending.isNew) this.remember(stream, pending.revision);
  }

  /** Appends in flight have failed: only what is on disk counts. */
  dropPending(): void {
    for (const stream of this.pending.keys()) this.settled.delete(stream);
    this.pending.clear();
  }

  private remember(stream: string, revision: number): void {
    this.settled.delete(stream);
    this.settled.set(stream, revision);
    if (this.settled.size <= this.limit) return;
    const oldest = this.settled.keys().next();
    if (!oldest.done) this.settled.delete(oldest.value);
  }
}
