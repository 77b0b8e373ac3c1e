import { setImmediate as nextTurn } from 'node:timers/promises';
import { type EventStore, NO_STREAM, type RecordedEvent } from '../event-store/event-store.js';
import { decodeEvent, decodeMetadata } from '../execution/event-codec.js';
import type { Aggregate, DomainEvent } from '../kernel/aggregate.js';
import type { SnapshotStore } from '../snapshots/snapshot-store.js';
import type { LogTimes } from './log-times.js';

// biome-ignore lint/suspicious/noExplicitAny: aggregates of all contexts, each with events of its own.
export type AnyAggregate = Aggregate<any, any>;

export interface AuditFilter {
  /** Whole name, namespace included. */
  readonly stream?: string;
  readonly type?: string;
  readonly actorId?: string;
  readonly correlationId?: string;
  /** Only events at or before. */
  readonly upTo: bigint;
}

export interface AuditPage {
  readonly events: readonly RecordedEvent[];
  /** Everything up to here was looked at: go on after it. */
  readonly after: bigint;
  /** Whether nothing that the filter allows comes after it. */
  readonly isEnd: boolean;
}

export interface StreamAt {
  readonly revision: number;
  /** Null for a stream of a kind that has no state. */
  readonly state: unknown;
}

export interface AuditLogOptions {
  readonly events: EventStore;
  readonly snapshots: SnapshotStore;
  readonly namespace: string;
  /** Where reading the whole log can begin, and what was recorded when. */
  readonly times: Pick<LogTimes, 'before' | 'positionAt'>;
  readonly aggregates: readonly AnyAggregate[];
}

/** Events looked at for one page: a filter that matches little answers a page with few or none. */
const MAX_SCANNED = 20_000;
/** Events between two turns of the event loop. */
const SLICE = 500;

/** Reads the log for those who want to know what happened. Long reads let other work run in between. */
export class AuditLog {
  private readonly byCategory: ReadonlyMap<string, AnyAggregate>;

  constructor(private readonly options: AuditLogOptions) {
    this.byCategory = new Map(options.aggregates.map((aggregate) => [aggregate.category, aggregate]));
  }

  /** Matching events after a position, in the order of the log. */
  async search(filter: AuditFilter, after: bigint, limit: number): Promise<AuditPage> {
    return filter.stream === undefined
      ? this.searchAll(filter, after, limit)
      : this.searchStream(filter, filter.stream, after, limit);
  }

  /** Revision of the stream's last event; -1 if there is no such stream of ours. */
  async headOf(stream: string): Promise<number> {
    if (!this.isOurs(stream)) return NO_STREAM;
    const [last] = await this.options.events.readStream(stream, { backwards: true, limit: 1 });
    return last?.revision ?? NO_STREAM;
  }

  /** Revision of the stream's last event recorded at or before a time; -1 if there is none. */
  async revisionAt(stream: string, atMs: number): Promise<number> {
    const { events, times } = this.options;
    return (await this.firstAfter(stream, await times.positionAt(events, atMs))) - 1;
  }

  /** The stream's events up to a revision, the newest first. */
  async newest(stream: string, revision: number, limit: number): Promise<RecordedEvent[]> {
    return this.options.events.readStream(stream, { from: revision, backwards: true, limit });
  }

  /** The stream's state with its event `revision` as the last one. */
  async stateAt(stream: string, revision: number): Promise<StreamAt> {
    const aggregate = this.byCategory.get(this.categoryOf(stream));
    if (!aggregate) return { revision, state: null };
    let { state, next } = await this.startOf(aggregate, stream, revision);
    while (next <= revision) {
      const limit = Math.min(SLICE, revision + 1 - next);
      const page = await this.options.events.readStream(stream, { from: next, limit });
      if (page.length === 0) break;
      for (const event of page) {
        state = aggregate.evolve(state, decodeEvent<unknown, DomainEvent>(aggregate, event), event);
        next = event.revision + 1;
      }
      await nextTurn();
    }
    return { revision, state };
  }

  /** The state that a stream of the aggregate had at a position of the log, and the revision of its last event then. */
  async stateAtPosition<S, E extends DomainEvent>(
    aggregate: Aggregate<S, E>,
    id: string,
    position: bigint,
  ): Promise<{ revision: number; state: S }> {
    const stream = `${this.options.namespace}.${aggregate.category}-${id}`;
    const { revision, state } = await this.stateAt(stream, (await this.firstAfter(stream, position)) - 1);
    return { revision, state: state as S };
  }

  private async searchAll(filter: AuditFilter, after: bigint, limit: number): Promise<AuditPage> {
    const found: RecordedEvent[] = [];
    let position = this.options.times.before(after);
    for (let scanned = 0; scanned < MAX_SCANNED && position < filter.upTo; ) {
      const page = await this.options.events.readAll(position, SLICE);
      for (const event of page) {
        if (event.position > filter.upTo) return { events: found, after: filter.upTo, isEnd: true };
        position = event.position;
        // Where reading begins may lie more than a slice before.
        if (position <= after) continue;
        if (this.isOurs(event.stream) && matches(event, filter) && found.push(event) === limit) {
          return { events: found, after: position, isEnd: position >= filter.upTo };
        }
      }
      if (page.length === 0) return { events: found, after: filter.upTo, isEnd: true };
      scanned += page.length;
      await nextTurn();
    }
    return { events: found, after: position, isEnd: position >= filter.upTo };
  }

  private async searchStream(
    filter: AuditFilter,
    stream: string,
    after: bigint,
    limit: number,
  ): Promise<AuditPage> {
    const found: RecordedEvent[] = [];
    let position = after;
    let next = this.isOurs(stream) ? await this.firstAfter(stream, after) : null;
    for (let scanned = 0; next !== null && scanned < MAX_SCANNED; ) {
      const page: RecordedEvent[] = await this.options.events.readStream(stream, {
        from: next,
        limit: SLICE,
      });
      for (const event of page) {
        if (event.position > filter.upTo) return { events: found, after: filter.upTo, isEnd: true };
        position = event.position;
        next = event.revision + 1;
        if (matches(event, filter) && found.push(event) === limit) {
          return { events: found, after: position, isEnd: false };
        }
      }
      if (page.length < SLICE) next = null;
      scanned += page.length;
      await nextTurn();
    }
    return { events: found, after: position, isEnd: next === null };
  }

  /** Revision of the stream's first event after a position; positions grow with revisions. */
  private async firstAfter(stream: string, after: bigint): Promise<number> {
    let low = 0;
    let high = (await this.headOf(stream)) + 1;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const [event] = await this.options.events.readStream(stream, { from: middle, limit: 1 });
      if (event && event.position <= after) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Where the fold begins: at a snapshot that is not newer than what is asked for, else at the first event. */
  private async startOf(
    aggregate: AnyAggregate,
    stream: string,
    revision: number,
  ): Promise<{ state: unknown; next: number }> {
    const snapshot = await this.options.snapshots.load(stream, aggregate.stateVersion);
    const fromStart = { state: aggregate.initial, next: 0 };
    if (!aggregate.snapshot || !snapshot || snapshot.revision > revision) return fromStart;
    const [last] = await this.options.events.readStream(stream, { from: snapshot.revision, limit: 1 });
    if (last?.id !== snapshot.event) return fromStart;
    const state: unknown = aggregate.snapshot.decode(snapshot.state as never, snapshot.revision);
    return { state, next: snapshot.revision + 1 };
  }

  private isOurs(stream: string): boolean {
    return stream.startsWith(`${this.options.namespace}.`);
  }

  private categoryOf(stream: string): string {
    const name = stream.slice(this.options.namespace.length + 1);
    return name.slice(0, name.indexOf('-'));
  }
}

/** The cheap parts first: most events are passed over without a look into their JSON. */
function matches(event: RecordedEvent, { type, actorId, correlationId }: AuditFilter): boolean {
  if (type !== undefined && event.type !== type) return false;
  if (actorId === undefined && correlationId === undefined) return true;
  if (!event.metadata.includes(actorId ?? '') || !event.metadata.includes(correlationId ?? '')) return false;
  const metadata = decodeMetadata(event);
  if (actorId !== undefined && metadata.actor.id !== actorId) return false;
  return correlationId === undefined || metadata.correlationId === correlationId;
}
