import type { MaybePromise, StreamAppend } from '../event-store/event-store.js';
import type { Aggregate, DomainEvent } from '../kernel/aggregate.js';
import { isoTime } from '../kernel/clock.js';
import type { Ids } from '../kernel/ids.js';
import { encodeEvent, MetadataEncoder } from './event-codec.js';
import type { CachedStream } from './stream-cache.js';
import type { CommandContext, Transaction } from './transaction.js';

/** Thrown through a command's work when it needs something that is not in memory yet; the work runs again after it. */
export class Suspended {
  constructor(readonly until: Promise<unknown>) {}
}

/** Thrown through a command's work when a stream is newer than the decision time that was already used. */
export class TooEarly {
  constructor(readonly atMs: number) {}
}

/**
 * Clocks of nodes that decide on the same streams differ by less. An event that is further ahead was decided by a clock that was
 * wrong: decisions after it do not take its time, or what they wait for would end as much later.
 */
const CLOCKS_DIFFER_MS = 10_000;

/** One stream as one run sees it. */
export interface View {
  readonly id: string;
  readonly entry: CachedStream;
  state: unknown;
  revision: number;
  appended: number;
}

/** What a run reads from; supplied by the sequencer. */
export interface RunSource {
  readonly ids: Ids;
  readonly namespace: string;
  entry(aggregate: Aggregate<unknown, DomainEvent>, stream: string): MaybePromise<CachedStream>;
  history(
    aggregate: Aggregate<unknown, DomainEvent>,
    stream: string,
    from: number,
    to: number,
  ): MaybePromise<DomainEvent[]>;
  /** Reads what a stream has beyond its cached state; absent where nobody else writes. */
  renew?(stream: string): Promise<void>;
}

interface PendingAppend {
  readonly view: View;
  readonly expectedRevision: number;
  readonly events: DomainEvent[];
}

/**
 * One execution of a command's work: a private view over the cached streams and the batch that it decides. A run
 * touches few streams and asks for them often, so they are searched in a list.
 */
export class Run implements Transaction {
  readonly views: View[] = [];
  private readonly appends: PendingAppend[] = [];
  private timeUsed = false;
  private readonly latestMs: number;
  private newIds = 0;

  constructor(
    private readonly source: RunSource,
    private readonly memo: Map<string, unknown>,
    private timeMs: number,
    /** Made by runs of the same attempt that had to wait for a stream, which may be one with such a name. */
    private readonly madeIds: string[],
  ) {
    this.latestMs = timeMs + CLOCKS_DIFFER_MS;
  }

  get nowMs(): number {
    this.timeUsed = true;
    return this.timeMs;
  }

  get at(): string {
    return isoTime(this.nowMs);
  }

  newId(): string {
    const id = this.madeIds[this.newIds] ?? this.source.ids.uuid();
    this.madeIds[this.newIds] = id;
    this.newIds += 1;
    return id;
  }

  load<S, E extends DomainEvent>(aggregate: Aggregate<S, E>, id: string): S {
    return this.view(aggregate, id).state as S;
  }

  loadKnowing<S, E extends DomainEvent>(
    aggregate: Aggregate<S, E>,
    id: string,
    fact: string,
    knows: (state: S) => boolean,
  ): S {
    const { state, entry } = this.view(aggregate, id);
    const key = `${entry.stream} knows ${fact}`;
    if (knows(state as S) || !this.source.renew || this.memo.has(key)) return state as S;
    throw new Suspended(this.source.renew(entry.stream).then(() => this.memo.set(key, true)));
  }

  revision<S, E extends DomainEvent>(aggregate: Aggregate<S, E>, id: string): number {
    return this.view(aggregate, id).revision;
  }

  durableRevision<S, E extends DomainEvent>(aggregate: Aggregate<S, E>, id: string): number {
    return this.view(aggregate, id).entry.durableRevision;
  }

  hasAppended<S, E extends DomainEvent>(aggregate: Aggregate<S, E>, id: string): boolean {
    return this.view(aggregate, id).appended > 0;
  }

  append<S, E extends DomainEvent>(aggregate: Aggregate<S, E>, id: string, events: readonly E[]): S {
    const view = this.view(aggregate, id);
    if (events.length === 0) return view.state as S;
    const last = this.appends.at(-1);
    const target =
      last?.view === view ? last : { view, expectedRevision: view.revision, events: [] as DomainEvent[] };
    if (target !== last) this.appends.push(target);
    for (const event of events) {
      view.revision += 1;
      view.appended += 1;
      view.state = aggregate.evolve(view.state as S, event, { revision: view.revision });
      target.events.push(event);
    }
    return view.state as S;
  }

  history<S, E extends DomainEvent>(aggregate: Aggregate<S, E>, id: string, from: number, to: number): E[] {
    const stream = this.stream(aggregate, id);
    const key = `${stream}|${from}|${to}`;
    const known = this.memo.get(key);
    if (known) return known as E[];
    const events = this.source.history(aggregate as never, stream, from, to);
    if (!(events instanceof Promise)) return events as E[];
    throw new Suspended(events.then((read) => this.memo.set(key, read)));
  }

  protected get lastAppended(): View | undefined {
    return this.appends.at(-1)?.view;
  }

  get isEmpty(): boolean {
    return this.appends.length === 0;
  }

  /** The time that this run's events carry. */
  get decidedAtMs(): number {
    return this.timeMs;
  }

  /** The batch in its stored form. */
  encode(context: CommandContext): StreamAppend[] {
    const metadata = new MetadataEncoder(context, this.timeMs);
    return this.appends.map(({ view, expectedRevision, events }) => ({
      stream: view.entry.stream,
      expectedRevision,
      events: events.map((event) =>
        encodeEvent(view.entry.aggregate, event, this.source.ids.uuid(), metadata),
      ),
    }));
  }

  private stream(aggregate: { readonly category: string }, id: string): string {
    return `${this.source.namespace}.${aggregate.category}-${id}`;
  }

  private view<S, E extends DomainEvent>(aggregate: Aggregate<S, E>, id: string): View {
    for (const known of this.views) {
      if (known.id === id && known.entry.aggregate.category === aggregate.category) return known;
    }
    const entry = this.source.entry(aggregate as never, this.stream(aggregate, id));
    if (entry instanceof Promise) throw new Suspended(entry);
    if (entry.lastAtMs > this.timeMs && entry.lastAtMs <= this.latestMs) {
      if (this.timeUsed) throw new TooEarly(entry.lastAtMs);
      this.timeMs = entry.lastAtMs;
    }
    const view = { id, entry, state: entry.state, revision: entry.revision, appended: 0 };
    this.views.push(view);
    return view;
  }
}
