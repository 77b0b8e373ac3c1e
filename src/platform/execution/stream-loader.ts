import {
  type EventStore,
  MAX_READ_EVENTS,
  type MaybePromise,
  NO_STREAM,
  type RecordedEvent,
} from '../event-store/event-store.js';
import type { Aggregate, DomainEvent } from '../kernel/aggregate.js';
import type { Snapshot, SnapshotStore } from '../snapshots/snapshot-store.js';
import { decodeEvent, eventTimeMs } from './event-codec.js';
import type { CachedStream } from './stream-cache.js';

/** Continues at once with a value, later with a promise: the embedded engine must not cost a turn per read. */
export function chain<A, B>(value: MaybePromise<A>, next: (value: A) => MaybePromise<B>): MaybePromise<B> {
  return value instanceof Promise ? value.then(next) : next(value);
}

/** Folds streams from their snapshot and the events after it. */
export class StreamLoader {
  constructor(
    private readonly store: EventStore,
    private readonly snapshots: SnapshotStore,
  ) {}

  load<S, E extends DomainEvent>(
    aggregate: Aggregate<S, E>,
    stream: string,
  ): MaybePromise<CachedStream<S, E>> {
    if (!aggregate.snapshot) return this.fromStart(aggregate, stream);
    return chain(this.snapshots.load(stream, aggregate.stateVersion), (snapshot) =>
      snapshot ? this.fromSnapshot(aggregate, stream, snapshot) : this.fromStart(aggregate, stream),
    );
  }

  private fromStart<S, E extends DomainEvent>(
    aggregate: Aggregate<S, E>,
    stream: string,
  ): MaybePromise<CachedStream<S, E>> {
    const entry = emptyEntry(aggregate, stream);
    return chain(this.catchUp(entry), () => entry);
  }

  /** The snapshot counts only if its last event is in the log: one may be restored without its caches, and have grown since. */
  private fromSnapshot<S, E extends DomainEvent>(
    aggregate: Aggregate<S, E>,
    stream: string,
    { revision, event: id, lastAtMs, state }: Snapshot,
  ): MaybePromise<CachedStream<S, E>> {
    const last = this.store.readStream(stream, { from: revision, limit: 1 });
    return chain(last, ([event]): MaybePromise<CachedStream<S, E>> => {
      if (event?.id !== id) return this.fromStart(aggregate, stream);
      const entry = emptyEntry(aggregate, stream);
      entry.state = aggregate.snapshot!.decode(state as never, revision);
      entry.revision = revision;
      entry.durableRevision = revision;
      entry.snapshotRevision = revision;
      entry.snapshotParts = aggregate.snapshot!.parts?.(entry.state) ?? 0;
      entry.lastAtMs = Math.max(lastAtMs, eventTimeMs(event));
      return chain(this.catchUp(entry), () => entry);
    });
  }

  /** Folds what the store has after the entry's revision. */
  catchUp<S, E extends DomainEvent>(entry: CachedStream<S, E>): MaybePromise<void> {
    return this.read(entry.stream, entry.revision + 1, Number.POSITIVE_INFINITY, (page) =>
      this.fold(entry, page),
    );
  }

  /** Events `from` ≤ revision < `to`, in order. */
  history<S, E extends DomainEvent>(
    aggregate: Aggregate<S, E>,
    stream: string,
    from: number,
    to: number,
  ): MaybePromise<E[]> {
    const events: E[] = [];
    const keep = (page: RecordedEvent[]): void => {
      for (const event of page) events.push(decodeEvent(aggregate, event));
    };
    return chain(this.read(stream, from, to, keep), () => events);
  }

  /** Hands over `from` ≤ revision < `to` page by page. In a loop where the store answers at once: a stream may have any length. */
  private read(
    stream: string,
    from: number,
    to: number,
    take: (page: RecordedEvent[]) => void,
  ): MaybePromise<void> {
    for (let next = from; next < to; ) {
      const limit = Math.min(MAX_READ_EVENTS, to - next);
      const page = this.store.readStream(stream, { from: next, limit });
      next += limit;
      if (page instanceof Promise) {
        return page.then((events) => {
          take(events);
          return events.length < limit ? undefined : this.read(stream, next, to, take);
        });
      }
      take(page);
      if (page.length < limit) return;
    }
  }

  private fold<S, E extends DomainEvent>(entry: CachedStream<S, E>, events: RecordedEvent[]): void {
    for (const event of events) {
      // Two readings of the same news may cross.
      if (event.revision <= entry.revision) continue;
      if (event.revision !== entry.revision + 1) {
        throw new Error(`${entry.stream}: revision ${event.revision} follows ${entry.revision}`);
      }
      entry.state = entry.aggregate.evolve(entry.state, decodeEvent(entry.aggregate, event), event);
      entry.revision = event.revision;
    }
    const last = events.at(-1);
    if (!last) return;
    entry.durableRevision = Math.max(entry.durableRevision, entry.revision);
    // Of the last event alone: one before it may have been dated ahead.
    if (last.revision === entry.revision) entry.lastAtMs = eventTimeMs(last);
  }
}

const emptyEntry = <S, E extends DomainEvent>(
  aggregate: Aggregate<S, E>,
  stream: string,
): CachedStream<S, E> => ({
  stream,
  aggregate,
  state: aggregate.initial,
  revision: NO_STREAM,
  durableRevision: NO_STREAM,
  // Not 0: V8 makes a new kind of object of each where a small number becomes a time.
  lastAtMs: Number.NEGATIVE_INFINITY,
  snapshotRevision: NO_STREAM,
  snapshotParts: 0,
  inFlight: null,
});
