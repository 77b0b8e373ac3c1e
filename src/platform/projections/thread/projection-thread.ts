import { type WorkerOptions as ThreadOptions, Worker } from 'node:worker_threads';
import type { EventStore } from '../../event-store/event-store.js';
import { unreachable } from '../../kernel/unreachable.js';
import type { NamedCollection } from '../../read-store/read-store.js';
import { type FoldedBatch, lagBehind, type Projecting, type ProjectingStatus } from '../projecting.js';
import type { Manifest, ReadModels } from '../read-models.js';
import type { OnProgress, RebuildProgress } from '../rebuild.js';
import type { Verified } from '../verification.js';
import type { Order, ProjectionThreadData, Report } from './protocol.js';

/** Room for a few batches: a larger young heap would only fill up before it is looked through. */
const MEMORY = { maxYoungGenerationSizeMb: 48 };

export interface ProjectionThreadOptions {
  /** The compiled entry of the thread. */
  readonly entry: string | URL;
  readonly thread?: ThreadOptions;
  readonly data: Omit<ProjectionThreadData, 'isRestarted'>;
  readonly log: Pick<EventStore, 'readAll'> & {
    headPosition(): bigint;
    /** Calls `wake` once, after the next append is on disk. Returns a way to stop waiting. */
    onNews(wake: () => void): () => void;
  };
  /** This thread's handle on the documents that the other one writes. */
  readonly documents: {
    openCollection(collection: NamedCollection): Promise<void>;
    refresh(): void;
  };
  readonly models: ReadModels;
  readonly onError: (error: unknown) => void;
  /** The thread ended in the midst of its work, and may have left the documents locked: the process must end. */
  readonly onFatal: (error: unknown) => void;
}

type Question =
  | { readonly kind: 'rebuild'; readonly projections: readonly string[] }
  | { readonly kind: 'verify'; readonly projection: string };

interface Asked {
  readonly onProgress: OnProgress;
  readonly resolve: (result: Verified | null) => void;
  readonly reject: (error: Error) => void;
}

const FIRST_RESTART_MS = 250;
const MAX_RESTART_MS = 30_000;
/** A thread that does not end by itself within this is ended. */
const STOP_MS = 30_000;

/**
 * Folds in a thread of its own, so that the event loop which sells is not held up. Only messages cross: which documents
 * are written, that the log has grown, who waits. Events and documents are read from LMDB's shared memory on both
 * sides.
 *
 * A thread that fails closes its stores and is started anew after a growing pause; it goes on from the position that was
 * written with the documents. One that is gone without that (it ran out of memory) may hold LMDB's write lock, which only
 * the end of the process frees.
 */
export class ProjectionThread implements Projecting {
  private worker: Worker | null = null;
  private stopWaiting: () => void = () => undefined;
  private awaited = 0n;
  private failures = 0;
  private restart: NodeJS.Timeout | null = null;
  private stopping = false;
  private questions = 0;
  private readonly asked = new Map<number, Asked>();
  private rebuilding: readonly RebuildProgress[] = [];

  constructor(private readonly options: ProjectionThreadOptions) {
    options.models.whenAwaited((position) => {
      if (position > this.awaited) this.awaited = position;
      this.order({ kind: 'awaited', position });
    });
  }

  /** @throws if the thread cannot start: only once it has is a thread that fails replaced by another. */
  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      let hasStarted = false;
      const onEnd = (error: Error, hasClosed: boolean): void => {
        if (!hasStarted) reject(error);
        else if (hasClosed) this.runAgain(error);
        else this.options.onFatal(error);
      };
      const onStarted = (): void => {
        hasStarted = true;
        resolve();
      };
      this.run(onStarted, onEnd);
    });
  }

  async rebuild(projections: readonly string[], onProgress: OnProgress = () => undefined): Promise<void> {
    await this.ask({ kind: 'rebuild', projections }, onProgress);
  }

  async verify(projection: string, onProgress: OnProgress = () => undefined): Promise<Verified> {
    return (await this.ask({ kind: 'verify', projection }, onProgress))!;
  }

  async status(): Promise<ProjectingStatus> {
    const { log, models } = this.options;
    const lag = await lagBehind(log, models.position);
    return { ...lag, rebuilding: this.rebuilding };
  }

  async stop(): Promise<void> {
    this.stopping = true;
    if (this.restart) clearTimeout(this.restart);
    this.stopWaiting();
    const { worker } = this;
    if (worker) {
      const late = setTimeout(() => void worker.terminate(), STOP_MS);
      const ended = new Promise((resolve) => worker.once('exit', resolve));
      this.order({ kind: 'stop' });
      await ended;
      clearTimeout(late);
    }
    this.options.models.close();
  }

  private run(onStarted: () => void, onEnd: (error: Error, hasClosed: boolean) => void): void {
    const { entry, thread, data, onError } = this.options;
    const workerData: ProjectionThreadData = { ...data, isRestarted: this.failures > 0 };
    const worker = new Worker(entry, { resourceLimits: MEMORY, ...thread, workerData });
    this.worker = worker;
    let hasClosed = false;
    let cause: Error | null = null;
    let serial = Promise.resolve();
    worker.on('message', (report: Report) => {
      if (report.kind === 'crashed') cause = report.error;
      if (report.kind === 'closed') hasClosed = true;
      // Reports take effect in their order, also where one has to wait for a collection to be opened.
      serial = serial.then(() => this.take(report, onStarted)).catch(onError);
    });
    worker.on('error', (error) => {
      cause = error;
    });
    worker.on('exit', () => {
      this.worker = null;
      this.stopWaiting();
      const error = new Error('the thread of the read models ended', { cause });
      for (const { reject } of this.asked.values()) reject(error);
      this.asked.clear();
      this.rebuilding = [];
      if (!this.stopping) onEnd(error, hasClosed);
    });
    if (this.awaited > 0n) this.order({ kind: 'awaited', position: this.awaited });
  }

  private runAgain(error: Error): void {
    this.options.onError(error);
    const pauseMs = Math.min(MAX_RESTART_MS, FIRST_RESTART_MS * 2 ** this.failures);
    this.failures += 1;
    const onEnd = (again: Error, hasClosed: boolean): void => {
      if (hasClosed) this.runAgain(again);
      else this.options.onFatal(again);
    };
    const run = (): void => this.run(() => undefined, onEnd);
    this.restart = setTimeout(run, pauseMs * (0.5 + Math.random() / 2));
  }

  private order(order: Order): void {
    this.worker?.postMessage(order);
  }

  private async take(report: Report, onStarted: () => void): Promise<void> {
    switch (report.kind) {
      case 'idle':
        return this.announceAfter(report.position);
      case 'manifest':
        return this.show(report.manifest, report.batch);
      case 'progress':
        return this.asked.get(report.number)?.onProgress(report.progress);
      case 'rebuilding':
        this.rebuilding = report.rebuilding;
        return;
      case 'finished':
        return this.answered(report.number)?.resolve(report.result);
      case 'unfinished':
        return this.answered(report.number)?.reject(report.error);
      case 'failed':
        return this.options.onError(report.error);
      case 'started':
        return onStarted();
      case 'crashed':
      case 'closed':
        return;
      default:
        return unreachable(report);
    }
  }

  private announceAfter(position: bigint): void {
    const { log } = this.options;
    this.stopWaiting();
    this.stopWaiting = () => undefined;
    if (log.headPosition() > position) this.order({ kind: 'news' });
    else this.stopWaiting = log.onNews(() => this.order({ kind: 'news' }));
  }

  private async show(manifest: Manifest, batch: FoldedBatch | undefined): Promise<void> {
    const { documents, models } = this.options;
    documents.refresh();
    for (const name of Object.values(manifest.collections)) await documents.openCollection({ name });
    if (BigInt(manifest.position) > models.position) this.failures = 0;
    models.advance(manifest, batch);
  }

  private ask(question: Question, onProgress: OnProgress): Promise<Verified | null> {
    if (!this.worker) return Promise.reject(new Error('the thread of the read models is being restarted'));
    this.questions += 1;
    const number = this.questions;
    return new Promise((resolve, reject) => {
      this.asked.set(number, { onProgress, resolve, reject });
      this.order({ ...question, number });
    });
  }

  private answered(number: number): Asked | undefined {
    const asked = this.asked.get(number);
    this.asked.delete(number);
    return asked;
  }
}
