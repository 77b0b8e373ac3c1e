import { type WorkerOptions as ThreadOptions, Worker } from 'node:worker_threads';
import type { TakenKeys } from '../events/lot.events.js';
import type { LineRange } from '../indexes/fingerprint-index.js';
import type { LotSeal } from '../intake/key-batch.js';
import type { FileBatch, Identity, KeyFileOptions, KeySource } from './key-file.js';
import type { WorkerAnswer, WorkerRequest } from './worker-protocol.js';

/** It holds a few batches: a larger young heap would only fill up before it is looked through. */
const MEMORY = { maxYoungGenerationSizeMb: 24 };

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/** A key file that another thread reads. */
export class WorkerKeyFile implements KeySource {
  private readonly worker: Worker;
  private readonly waiting = new Map<number, Waiting>();
  private requests = 0;
  private failure: Error | null = null;

  /** @param entry the compiled `key-file.worker` */
  constructor(entry: string | URL, options: KeyFileOptions, thread: ThreadOptions = {}) {
    this.worker = new Worker(entry, { resourceLimits: MEMORY, ...thread, workerData: options });
    this.worker.on('message', (answer: WorkerAnswer) => this.settle(answer));
    this.worker.on('error', (error) => this.fail(error));
    this.worker.on('exit', () => this.fail(new Error('the import thread ended')));
  }

  identify(): Promise<Identity> {
    return this.call('identify');
  }

  begin(settled: readonly LineRange[]): Promise<void> {
    return this.call('begin', settled);
  }

  next(): Promise<FileBatch | null> {
    return this.call('next');
  }

  otherFingerprints(batch: number): Promise<readonly (string | null)[]> {
    return this.call('otherFingerprints', batch);
  }

  seal(batch: number, chosen: readonly number[], lot: LotSeal): Promise<TakenKeys[]> {
    return this.call('seal', batch, chosen, lot);
  }

  release(batch: number): Promise<void> {
    return this.call('release', batch);
  }

  async close(): Promise<void> {
    await this.worker.terminate();
  }

  private call<R>(method: keyof KeySource, ...args: readonly unknown[]): Promise<R> {
    if (this.failure) return Promise.reject(this.failure);
    this.requests += 1;
    const request: WorkerRequest = { number: this.requests, method, args };
    return new Promise<R>((resolve, reject) => {
      this.waiting.set(request.number, { resolve: resolve as (result: unknown) => void, reject });
      this.worker.postMessage(request);
    });
  }

  private settle({ number, result, error }: WorkerAnswer): void {
    const waiting = this.waiting.get(number);
    this.waiting.delete(number);
    if (error === undefined) waiting?.resolve(result);
    else waiting?.reject(new Error(error));
  }

  private fail(error: Error): void {
    this.failure ??= error;
    for (const { reject } of this.waiting.values()) reject(this.failure);
    this.waiting.clear();
  }
}
