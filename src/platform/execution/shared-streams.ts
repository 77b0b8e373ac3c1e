import type { MaybePromise } from '../event-store/event-store.js';
import type { Aggregate, DomainEvent } from '../kernel/aggregate.js';
import type { RunSource } from './run.js';
import type { SequencerOptions } from './sequencer.js';
import { type CachedStream, StreamCache } from './stream-cache.js';
import { StreamLine } from './stream-line.js';
import { StreamLoader } from './stream-loader.js';

/**
 * What was last looked at longer ago is read anew before anything is decided on it: prices, commissions and blocks that
 * another process has changed hold here after this time at the latest.
 */
const MAX_AGE_MS = 250;
/** Two moments lie at least this far apart, so that they can be told from one another. */
const TICK_MS = 0.001;

/** What a process knows of the streams of a shared engine: as they are on disk, never with what is under way. */
export class SharedStreams {
  private readonly cache = new StreamCache();
  private readonly loading = new Map<string, Promise<CachedStream>>();
  private readonly lines = new WeakMap<CachedStream, StreamLine>();
  private readonly loader: StreamLoader;
  private moment = 0;

  constructor(private readonly options: SequencerOptions) {
    this.loader = new StreamLoader(options.store, options.snapshots);
  }

  /** The time, in milliseconds, and greater than any before it, so that "after" can be told. */
  now(): number {
    this.moment = Math.max(performance.now(), this.moment + TICK_MS);
    return this.moment;
  }

  /** What one run reads from. Notes in `seen` what it looks at; shows `ahead` with what goes out next. */
  source(seen: Map<string, StreamLine>, ahead: StreamLine | null): RunSource {
    const see = (entry: CachedStream): CachedStream => {
      const line = this.lineOf(entry);
      seen.set(entry.stream, line);
      return line === ahead ? line.ahead : entry;
    };
    return {
      ids: this.options.ids,
      namespace: this.options.namespace,
      entry: (aggregate, stream) => {
        const entry = this.entry(aggregate, stream);
        return entry instanceof Promise ? entry : see(entry);
      },
      history: (aggregate, stream, from, to) => this.loader.history(aggregate, stream, from, to),
      renew: async (stream) => {
        const entry = this.cache.get(stream);
        if (entry) await this.catchUp(this.lineOf(entry));
      },
    };
  }

  /** Folds what the store has beyond the cached state. */
  async catchUp(line: StreamLine): Promise<void> {
    const readAt = this.now();
    await this.loader.catchUp(line.entry);
    line.provenAt = Math.max(line.provenAt, readAt);
  }

  /** Those of the lines that were last looked at too long ago to decide on: also before `freshFrom`, if that is set. */
  outdated(lines: Iterable<StreamLine>, freshFrom: number | null): StreamLine[] {
    const limit = Math.min(performance.now() - MAX_AGE_MS, freshFrom ?? Number.POSITIVE_INFINITY);
    return [...lines].filter(({ provenAt }) => provenAt < limit);
  }

  /** Reads the news of lines, or waits for a reading that is under way. */
  async renew(lines: readonly StreamLine[]): Promise<void> {
    await Promise.all(
      lines.map((line) => {
        line.renewing ??= this.catchUp(line).finally(() => {
          line.renewing = null;
        });
        return line.renewing;
      }),
    );
  }

  /** Reads the news of the lines that were not looked at since a moment. */
  async prove(lines: Iterable<StreamLine>, since: number): Promise<void> {
    const stale = [...lines].filter(({ provenAt }) => provenAt < since);
    await Promise.all(stale.map((line) => this.catchUp(line)));
  }

  /** Whether the line is the one of its stream: an idle one may have been forgotten. */
  isCurrent({ entry }: StreamLine): boolean {
    return this.cache.get(entry.stream) === entry;
  }

  /** Nothing is under way on the stream: it may be forgotten, and is at once if nobody asks for it again. */
  rest(line: StreamLine): void {
    const { entry } = line;
    entry.inFlight = null;
    if (entry.aggregate.isLive?.(entry.state) === false && this.isCurrent(line))
      this.cache.delete(entry.stream);
  }

  private lineOf(entry: CachedStream): StreamLine {
    const known = this.lines.get(entry);
    if (known) return known;
    const line = new StreamLine(entry);
    this.lines.set(entry, line);
    return line;
  }

  private entry(aggregate: Aggregate<unknown, DomainEvent>, stream: string): MaybePromise<CachedStream> {
    const cached = this.cache.get(stream);
    if (cached) return cached;
    const underWay = this.loading.get(stream);
    if (underWay) return underWay;
    const readAt = this.now();
    const tracked = Promise.resolve(this.loader.load(aggregate, stream)).then((entry) => {
      this.cache.set(entry);
      this.lineOf(entry).provenAt = readAt;
      return entry;
    });
    this.loading.set(stream, tracked);
    const done = (): void => void this.loading.delete(stream);
    tracked.then(done, done);
    return tracked;
  }
}
