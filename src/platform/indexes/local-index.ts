import type { RecordedEvent } from '../event-store/event-store.js';

/** An event as an index sees it. Body and time are parsed when first asked for. */
export interface IndexedEvent {
  readonly stream: string;
  readonly category: string;
  readonly id: string;
  readonly type: string;
  /** The stored body, not upcast. */
  // biome-ignore lint/suspicious/noExplicitAny: an index narrows by `type`, as an event's own union does.
  readonly data: any;
  readonly revision: number;
  readonly position: bigint;
  readonly atMs: number;
}

/** What an index keeps over restarts: JSON values by key. Writes are buffered and flushed with the checkpoint. */
export interface IndexKeep {
  get(key: string): unknown;
  put(key: string, value: unknown): void;
  delete(key: string): void;
}

/**
 * Something that commands look up before they decide: a hint, rebuilt from the log at any time, local to the process.
 * The stream decides.
 */
export interface LocalIndex {
  readonly name: string;
  /** Raise it when what is kept changes: the index is then rebuilt from the log. */
  readonly version: number;
  /** The stream categories that it reads; all if absent. */
  readonly categories?: readonly string[];
  /** False: entries stay on disk and are read through the keep, `restore` gets none. Default true. */
  readonly inMemory?: boolean;
  /**
   * For many entries whose keys are random: the slice of an entry that may reach the disk before the checkpoint that
   * covers it, since folding its event again changes nothing; null for all others. Slices are ranges of keys, so that
   * each page is written once for all of its entries.
   */
  aheadSlice?(key: string): number | null;
  /** Called once before anything else, for indexes that read their keep outside of `apply`. */
  attach?(keep: IndexKeep): void;
  /** Puts back what was kept; called once, before the first event. */
  restore(entries: Iterable<[string, unknown]>): void;
  /** Folds one event, in order of position, each exactly once since what was restored. */
  apply(event: IndexedEvent, keep: IndexKeep): void;
  /** Called after each batch of events, for what an index rather does once for all of them. */
  afterBatch?(keep: IndexKeep): void;
}

/** Lazily parsed view of a stored event. */
export class StoredIndexedEvent implements IndexedEvent {
  readonly category: string;
  readonly id: string;
  private body: unknown;
  private time = -1;

  /** `prefixLength`: that of the namespace and its dot. */
  constructor(
    private readonly stored: RecordedEvent,
    prefixLength: number,
  ) {
    const dash = stored.stream.indexOf('-', prefixLength);
    this.category = stored.stream.slice(prefixLength, dash);
    this.id = stored.stream.slice(dash + 1);
  }

  get stream(): string {
    return this.stored.stream;
  }

  get type(): string {
    return this.stored.type;
  }

  get revision(): number {
    return this.stored.revision;
  }

  get position(): bigint {
    return this.stored.position;
  }

  get data(): unknown {
    this.body ??= this.stored.body ?? JSON.parse(this.stored.data.toString('utf8'));
    return this.body;
  }

  get atMs(): number {
    if (this.time < 0) {
      this.time =
        this.stored.atMs ??
        Date.parse((JSON.parse(this.stored.metadata.toString('utf8')) as { at: string }).at);
    }
    return this.time;
  }
}
