import { setImmediate as turn } from 'node:timers/promises';
import { type EventStore, MAX_READ_EVENTS, type RecordedEvent } from '../event-store/event-store.js';
import type { Aggregate, DomainEvent, Upcaster } from '../kernel/aggregate.js';
import type { DocumentId, ReadBatch, ReadDocument, ReadStore } from '../read-store/read-store.js';
import type { AnyProjection, Projected } from './projection.js';

/** Where the documents of one projection are to be written. */
export interface Target {
  readonly projection: AnyProjection;
  readonly collection: string;
}

export type Upcasters = ReadonlyMap<string, Readonly<Record<string, Upcaster>>>;

/** The upcasters of these categories; those whose events never changed have none. */
export const upcastersOf = (
  aggregates: readonly Pick<Aggregate<never, never>, 'category' | 'upcasters'>[],
): Upcasters =>
  new Map(
    aggregates.flatMap(({ category, upcasters }) => (upcasters ? [[category, upcasters] as const] : [])),
  );

/** The log to fold, where the documents go, and how stored events are read. */
export interface FoldOptions {
  readonly events: Pick<EventStore, 'readAll' | 'readStream'>;
  readonly documents: ReadStore;
  readonly upcasters: Upcasters;
  /** Prefix of all stream names: `kf`. */
  readonly namespace: string;
}

/** Events folded without letting other work of the process run. */
const SLICE_EVENTS = 64;
const SLICE_MS = 3;

interface Metadata {
  readonly schema: number;
  readonly actor: { readonly kind: string; readonly id: string };
  readonly surface: string;
  readonly at: string;
}

interface Folded {
  document: ReadDocument | null;
  /** Position of the last event that it reflects. */
  position: bigint;
  changed: boolean;
}

interface Step {
  readonly target: Target;
  readonly event: Projected<DomainEvent>;
  readonly ids: readonly DocumentId[];
}

/** Whether one of these has to look at earlier events first. */
function anyLacks(targets: readonly Target[], event: Projected<DomainEvent>): boolean {
  for (const { projection } of targets) if (projection.completion?.lacks(event)) return true;
  return false;
}

function planFor(target: Target, event: Projected<DomainEvent>, steps: Step[]): void {
  const keys = target.projection.keysOf(event);
  const ids = typeof keys === 'object' ? keys : [keys];
  if (ids.length > 0) steps.push({ target, event, ids });
}

/**
 * Folds events into documents in memory, and hands out what is then to be written.
 *
 * What runs for each event, here and in the projections of sales, has loops instead of callbacks: V8 forgets a callback's
 * machine code at each collection of the whole heap that finds none of its closures alive, and this thread has some every second.
 */
export class Fold {
  private readonly byType = new Map<string, Target[]>();
  private readonly working = new Map<Target, Map<DocumentId, Folded>>();
  private readonly prefix: string;
  private loadedDocuments = 0;
  private lastMetadata: { readonly bytes: Buffer; readonly metadata: Metadata } | null = null;

  constructor(
    private readonly options: FoldOptions,
    targets: readonly Target[],
  ) {
    this.prefix = `${options.namespace}.`;
    for (const target of targets) {
      this.working.set(target, new Map());
      for (const [category, types] of Object.entries(target.projection.handles)) {
        for (const type of types) {
          const key = `${category} ${type}`;
          this.byType.set(key, [...(this.byType.get(key) ?? []), target]);
        }
      }
    }
  }

  /** Documents held in memory at the moment. */
  get size(): number {
    return this.loadedDocuments;
  }

  /** Folds events in order; lets other work run every few milliseconds. */
  async add(events: readonly RecordedEvent[]): Promise<void> {
    let sliceStart = performance.now();
    for (let first = 0; first < events.length; first += SLICE_EVENTS) {
      const steps: Step[] = [];
      for (const event of events.slice(first, first + SLICE_EVENTS)) {
        const planning = this.plan(event, steps);
        // Waiting only for what has to be read first, which is rare.
        if (planning) await planning;
      }
      await this.loadDocuments(steps);
      for (const step of steps) this.apply(step);
      if (performance.now() - sliceStart < SLICE_MS) continue;
      await turn();
      sliceStart = performance.now();
    }
  }

  /** What is to be written, and begins anew. */
  take(): ReadBatch['writes'] {
    const writes = [];
    for (const [target, documents] of this.working) {
      const changed = new Map<DocumentId, ReadDocument | null>();
      for (const [id, folded] of documents) if (folded.changed) changed.set(id, folded.document);
      if (changed.size > 0) writes.push({ collection: target.collection, documents: changed });
      documents.clear();
    }
    this.loadedDocuments = 0;
    return writes;
  }

  private plan(recorded: RecordedEvent, steps: Step[]): Promise<void> | undefined {
    const { stream, type } = recorded;
    if (!stream.startsWith(this.prefix)) return undefined;
    const dash = stream.indexOf('-', this.prefix.length);
    const category = stream.slice(this.prefix.length, dash);
    const targets = this.byType.get(`${category} ${type}`);
    if (!targets) return undefined;
    const id = stream.slice(dash + 1);
    const event = this.decode(recorded, category, id);
    if (anyLacks(targets, event)) {
      return this.planCompleted(recorded, event, targets, steps);
    }
    for (const target of targets) planFor(target, event, steps);
    return undefined;
  }

  private async planCompleted(
    { stream }: RecordedEvent,
    event: Projected<DomainEvent>,
    targets: readonly Target[],
    steps: Step[],
  ): Promise<void> {
    const earlier = await this.readBefore(stream, event);
    for (const target of targets) {
      const { completion } = target.projection;
      planFor(target, completion?.lacks(event) ? completion.complete(event, earlier) : event, steps);
    }
  }

  private async readBefore(
    stream: string,
    { category, id, revision }: Projected<DomainEvent>,
  ): Promise<Projected<DomainEvent>[]> {
    const earlier: RecordedEvent[] = [];
    while (earlier.length < revision) {
      const limit = Math.min(revision - earlier.length, MAX_READ_EVENTS);
      const page = await this.options.events.readStream(stream, { from: earlier.length, limit });
      if (page.length === 0) throw new Error(`${stream} has no event before ${revision}`);
      earlier.push(...page);
    }
    return earlier.map((recorded) => this.decode(recorded, category, id));
  }

  private decode(recorded: RecordedEvent, category: string, id: string): Projected<DomainEvent> {
    const { type, revision, position } = recorded;
    const { schema, actor, surface, at } = this.readMetadata(recorded.metadata);
    const stored: unknown = JSON.parse(recorded.data.toString());
    const upcast = this.options.upcasters.get(category)?.[type];
    const data = upcast ? upcast(stored as never, schema) : stored;
    return { type, data, category, id, revision, position, at, actor, surface };
  }

  /** The events of one command carry the same metadata, byte for byte: they are parsed once. */
  private readMetadata(bytes: Buffer): Metadata {
    if (!this.lastMetadata?.bytes.equals(bytes)) {
      this.lastMetadata = { bytes, metadata: JSON.parse(bytes.toString()) as Metadata };
    }
    return this.lastMetadata.metadata;
  }

  private async loadDocuments(steps: readonly Step[]): Promise<void> {
    const missing = new Map<Target, DocumentId[]>();
    for (const { target, ids } of steps) {
      const working = this.working.get(target)!;
      for (const id of ids) {
        if (working.has(id)) continue;
        working.set(id, { document: null, position: -1n, changed: false });
        this.loadedDocuments += 1;
        const wanted = missing.get(target);
        if (wanted) wanted.push(id);
        else missing.set(target, [id]);
      }
    }
    const asked = [...missing];
    const loading = asked.map(([target, ids]) => this.options.documents.load(target.collection, ids));
    // Waiting only for what is not there already: the embedded store answers at once. Taken over once all have answered.
    const loaded = loading.every((found) => found instanceof Map) ? loading : await Promise.all(loading);
    for (const [index, found] of loaded.entries()) {
      const working = this.working.get(asked[index]![0])!;
      for (const [id, { document, position }] of found)
        working.set(id, { document, position, changed: false });
    }
  }

  /** An event that a document reflects already is not folded into it again. */
  private apply({ target, event, ids }: Step): void {
    const working = this.working.get(target)!;
    for (const id of ids) {
      const folded = working.get(id)!;
      if (event.position <= folded.position) continue;
      const document = target.projection.evolve(folded.document, event, id);
      folded.position = event.position;
      if (document === folded.document) continue;
      folded.document = document;
      folded.changed = true;
    }
  }
}
