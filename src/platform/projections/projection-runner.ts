import { setTimeout as delay } from 'node:timers/promises';
import { type EventStore, type RecordedEvent, type Subscription } from '../event-store/event-store.js';
import { PAGE_EVENTS } from '../event-store/pull-subscription.js';
import { Fold, type FoldOptions, type Target } from './fold.js';
import {
  decidedAt,
  type FoldedBatch,
  lagBehind,
  type Projecting,
  type ProjectingStatus,
} from './projecting.js';
import { type AnyProjection, collectionName } from './projection.js';
import { MANIFEST_KEY, type Manifest, NO_MANIFEST, type Readers } from './read-models.js';
import { type OnProgress, Rebuild, type RebuildProgress } from './rebuild.js';
import { Verification, type Verified } from './verification.js';

/** Documents and events of one write: documents that all sales change are written once for many of them. */
const BATCH_EVENTS = 1024;
const PART_EVENTS = 100;
/** From one batch to the next, while few events come and while many do: what many sales change is written once for them. */
const [GATHER_MS, GATHER_MANY_MS] = [20, 50];
const MANY_EVENTS = 250;
/** Before a fold that broke off is gone on with, doubled each time, and at most. */
const [FIRST_PAUSE_MS, LONGEST_PAUSE_MS] = [1_000, 60_000];

export interface ProjectionRunnerOptions extends FoldOptions {
  readonly events: Pick<EventStore, 'readStream' | 'readAll' | 'subscribe' | 'headPosition'>;
  readonly models: Readers;
  readonly projections: readonly AnyProjection[];
  /** A projection could not fold: it is tried again, and nothing moves until it can. */
  readonly onError: (error: unknown) => void;
  /** Somebody may still be walking what was swapped out before: drop nothing. */
  readonly keepsRetired?: boolean;
  /** Events after which documents are written at the latest. Default 5000. */
  readonly batchEvents?: number;
  /** Told of every step of what is being folded anew. */
  readonly onRebuilding?: (rebuilding: readonly RebuildProgress[]) => void;
}

/**
 * Folds the log into all read models by one subscription. Documents are written with the position that they reflect,
 * then the position itself; starting anywhere before it gives the same documents. A projection whose version changed is
 * folded from the beginning into a collection of its own while readers keep the old one, and is swapped in at the end.
 */
export class ProjectionRunner implements Projecting {
  private manifest: Manifest = NO_MANIFEST;
  private fold: Fold;
  private subscription: Subscription | null = null;
  private serial: Promise<unknown> = Promise.resolve();
  private wake: () => void = () => undefined;
  private readonly stopping = new AbortController();
  private foldedAnew: Promise<unknown> = Promise.resolve();
  private rebuilding: readonly RebuildProgress[] = [];

  constructor(private readonly options: ProjectionRunnerOptions) {
    this.fold = this.newFold([]);
    options.models.whenAwaited(() => this.wake());
  }

  async start(): Promise<void> {
    const { documents, models, projections, events } = this.options;
    const stored = (await documents.readCheckpoint(MANIFEST_KEY)) as Manifest | null;
    this.manifest = stored ?? { ...NO_MANIFEST, collections: this.firstCollections() };
    // All at once: whoever takes the work over from a worker that died is waited for.
    await Promise.all(Object.values(this.manifest.collections).map((name) => this.openIfCurrent(name)));
    if (!this.options.keepsRetired) await this.dropRetired();
    await Promise.all(projections.map((projection) => Rebuild.discardScratch(documents, projection)));
    models.advance(this.manifest);
    this.fold = this.newFold(this.targets());
    this.subscription = events.subscribe(BigInt(this.manifest.position), (batch) => this.follow(batch), {
      streamPrefix: `${this.options.namespace}.`,
    });
    void this.foldStale();
  }

  async rebuild(names: readonly string[], onProgress: OnProgress = () => undefined): Promise<void> {
    const projections = names.map((name) => this.projection(name));
    await this.anew(names, onProgress, (show) => this.runRebuild(projections, show));
  }

  async verify(name: string, onProgress: OnProgress = () => undefined): Promise<Verified> {
    const projection = this.projection(name);
    return this.anew([name], onProgress, (show) => this.runVerification(projection, show));
  }

  async status(): Promise<ProjectingStatus> {
    const lag = await lagBehind(this.options.events, BigInt(this.manifest.position));
    return { ...lag, rebuilding: this.rebuilding };
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    this.wake();
    await this.subscription?.close();
    await this.foldedAnew;
    await this.serial;
    this.options.models.close();
  }

  /** Folds anew what is there in an older version alone, or not at all, until nothing is: nobody else would. */
  private async foldStale(): Promise<void> {
    const { projections, onError } = this.options;
    const { signal } = this.stopping;
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      const stale = projections.filter((projection) => !this.targetOf(projection));
      if (stale.length === 0) return;
      try {
        await this.rebuild(stale.map(({ name }) => name));
      } catch (error) {
        if (signal.aborted) return;
        onError(error);
        await delay(pauseMs, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  private firstCollections(): Record<string, string> {
    return Object.fromEntries(this.options.projections.map((one) => [one.name, collectionName(one, 1)]));
  }

  /** Where a projection's current version is kept; null if only an older version or nothing is there. */
  private targetOf(projection: AnyProjection): Target | null {
    const collection = this.manifest.collections[projection.name];
    return collection?.startsWith(`${projection.name}.v${projection.version}.`)
      ? { projection, collection }
      : null;
  }

  private targets(): Target[] {
    return this.options.projections.flatMap((projection) => this.targetOf(projection) ?? []);
  }

  private newFold(targets: readonly Target[]): Fold {
    return new Fold(this.options, targets);
  }

  /** Old versions are opened for readers with the indexes that they have. */
  private async openIfCurrent(collection: string): Promise<void> {
    const target = this.targets().find((one) => one.collection === collection);
    await this.options.documents.openCollection({
      name: collection,
      indexes: target?.projection.indexes,
    });
  }

  /** One at a time: batches of the subscription and swaps of rebuilt collections. */
  private exclusively<T>(work: () => Promise<T>): Promise<T> {
    const run = this.serial.then(work);
    this.serial = run.catch(() => undefined);
    return run;
  }

  private async follow(events: readonly RecordedEvent[]): Promise<void> {
    const beganMs = performance.now();
    try {
      await this.exclusively(() => this.foldAndWrite(events));
    } catch (error) {
      this.options.onError(error);
      throw error;
    }
    await this.pause(beganMs, events.length);
  }

  private async foldAndWrite(events: readonly RecordedEvent[]): Promise<void> {
    const reached = BigInt(this.manifest.position);
    const news = eventsAfter(events, reached);
    let written = 0;
    try {
      for (let first = 0; first < news.length; first += PART_EVENTS) {
        const next = Math.min(first + PART_EVENTS, news.length);
        await this.fold.add(news.slice(first, next));
        const full =
          this.fold.size >= this.options.documents.batchDocuments ||
          next - written >= (this.options.batchEvents ?? BATCH_EVENTS);
        if (!full && next < news.length) continue;
        const batch = { events: next - written, firstAt: decidedAt(news[written]!) };
        const { position, id } = news[next - 1]!;
        await this.write(position, { event: id }, batch);
        written = next;
      }
    } catch (error) {
      // What was folded so far is thrown away: the same events come again.
      this.fold.take();
      throw error;
    }
  }

  private async write(position: bigint, swap: Partial<Manifest> = {}, batch?: FoldedBatch): Promise<void> {
    const manifest: Manifest = { ...this.manifest, ...swap, position: position.toString() };
    const checkpoint = { key: MANIFEST_KEY, value: manifest };
    await this.options.documents.write({ position, writes: this.fold.take(), checkpoint });
    this.manifest = manifest;
    this.options.models.advance(manifest, batch);
  }

  /** Lets events gather since the last `count` began to be folded, unless more are there or somebody waits for them. */
  private async pause(beganMs: number, count: number): Promise<void> {
    if (count >= PAGE_EVENTS || this.options.models.isAwaited || this.stopping.signal.aborted) return;
    const gatherMs = count < MANY_EVENTS ? GATHER_MS : GATHER_MANY_MS;
    const pauseMs = beganMs + gatherMs - performance.now();
    if (pauseMs <= 0) return;
    const awake = new AbortController();
    this.wake = () => awake.abort();
    await delay(pauseMs, undefined, { signal: awake.signal }).catch(() => undefined);
  }

  private projection(name: string): AnyProjection {
    const projection = this.options.projections.find((one) => one.name === name);
    if (!projection) throw new Error(`there is no projection ${name}`);
    return projection;
  }

  /** Runs what folds projections from the beginning, shown in the status: one after the other. */
  private anew<T>(
    projections: readonly string[],
    onProgress: OnProgress,
    run: (show: OnProgress) => Promise<T>,
  ): Promise<T> {
    const show: OnProgress = (progress) => {
      this.announceRebuilding([progress]);
      onProgress(progress);
    };
    const running = this.foldedAnew.then(async () => {
      this.assertRunning();
      show({ projections, position: 0n, head: 0n, events: 0 });
      try {
        return await run(show);
      } finally {
        this.announceRebuilding([]);
      }
    });
    this.foldedAnew = running.catch(() => undefined);
    return running;
  }

  private announceRebuilding(rebuilding: readonly RebuildProgress[]): void {
    this.rebuilding = rebuilding;
    this.options.onRebuilding?.(rebuilding);
  }

  private async runRebuild(projections: readonly AnyProjection[], onProgress: OnProgress): Promise<void> {
    const before = this.manifest.collections;
    const rebuild = await Rebuild.begin(this.options, projections, before);
    while (!(await rebuild.step(BigInt(this.manifest.position), onProgress, this.stopping.signal))) {}
    this.assertRunning();
    await this.exclusively(async () => {
      const reached = BigInt(this.manifest.position);
      while (!(await rebuild.step(reached, onProgress))) {}
      const { collections, retired } = this.manifest;
      const swappedOut = projections.flatMap(({ name }) => before[name] ?? []);
      await this.write(reached, {
        collections: { ...collections, ...rebuild.collections },
        retired: [...retired, ...swappedOut],
      });
      this.fold = this.newFold(this.targets());
    });
    await rebuild.finish();
  }

  private async runVerification(projection: AnyProjection, onProgress: OnProgress): Promise<Verified> {
    const live = this.targetOf(projection);
    if (!live) throw new Error(`${projection.name} is not built yet`);
    const verification = await Verification.begin(this.options, projection, live.collection);
    const head = (): bigint => BigInt(this.manifest.position);
    try {
      while (!(await verification.step(head(), onProgress, this.stopping.signal))) {}
      for (let done = false; !done; ) {
        this.assertRunning();
        // Between two pages the live documents go on.
        done = await this.exclusively(() => verification.compareNext(head(), onProgress));
      }
      return verification.result;
    } finally {
      await verification.discard();
    }
  }

  private assertRunning(): void {
    if (this.stopping.signal.aborted) throw new Error('stopped');
  }

  /** Collections that were swapped out are dropped at the next start: a reader may still be walking one. */
  private async dropRetired(): Promise<void> {
    for (const collection of this.manifest.retired) await this.options.documents.dropCollection(collection);
    if (this.manifest.retired.length > 0) await this.write(BigInt(this.manifest.position), { retired: [] });
  }
}

/** What follows a position. */
function eventsAfter(events: readonly RecordedEvent[], position: bigint): readonly RecordedEvent[] {
  let first = 0;
  while (first < events.length && events[first]!.position <= position) first += 1;
  return events.slice(first);
}
