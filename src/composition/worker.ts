import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../platform/logging/logger.js';
import type { ReadStore } from '../platform/read-store/read-store.js';
import { type HeldLease, LeaseLost } from '../platform/worker-lease/worker-lease.js';
import type { Engines } from './engines.js';
import type { WorkerParts } from './worker-parts.js';

/** Before the next attempt, when a term could not begin. */
const PAUSE_MS = 1_000;

export interface WorkerOptions {
  readonly engines: Pick<Engines, 'lease' | 'documents' | 'documentsFor'>;
  /** Makes the parts of one term: none is used twice. */
  readonly parts: (documents: ReadStore) => WorkerParts;
  /** Told before a term begins and after it ended: others may fold the read models in between. */
  readonly onTerm: (isOurs: boolean) => Promise<void> | void;
  readonly logger: Logger;
}

/**
 * Runs the worker's parts while this process is the worker. Where it is the only process, that is always. Else it waits
 * for the lease, works while it holds it, stops when it is lost, and waits again. What it still sends after that is
 * refused by the documents for its old token, and by every stream for its old revision.
 */
export class Worker {
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();
  private term: WorkerParts | null = null;
  private isAtWork = false;

  constructor(private readonly options: WorkerOptions) {}

  /** The parts while this process is the worker and all of them run; null while it is not. */
  get current(): WorkerParts | null {
    return this.isAtWork ? this.term : null;
  }

  /** Where there is no lease: resolves when all parts run. Else they start when the lease is there. */
  async start(): Promise<void> {
    const { engines } = this.options;
    if (engines.lease) this.running = this.takeTurns();
    else await this.begin(engines.documents);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
    await this.end();
  }

  private async takeTurns(): Promise<void> {
    const { engines, logger } = this.options;
    const { signal } = this.stopping;
    while (!signal.aborted) {
      const held = await engines.lease!.acquire(signal);
      if (!held) return;
      logger.info({ term: held.token }, 'this process is the worker');
      try {
        await this.serve(held);
      } catch (err) {
        if (!(err instanceof LeaseLost)) {
          logger.error({ err }, 'the work of the worker could not begin and is tried again');
          await delay(PAUSE_MS, undefined, { signal }).catch(() => undefined);
        }
      }
      await this.end();
      logger.info({ term: held.token }, 'this process is not the worker any more');
      await held.release().catch((err: unknown) => logger.warn({ err }, 'the lease could not be given back'));
    }
  }

  private async serve(held: HeldLease): Promise<void> {
    await this.begin(await this.options.engines.documentsFor(held.token));
    const over = AbortSignal.any([held.lost, this.stopping.signal]);
    if (!over.aborted) await once(over, 'abort');
  }

  private async begin(documents: ReadStore): Promise<void> {
    await this.options.onTerm(true);
    this.term = this.options.parts(documents);
    for (const part of this.term.all) await part.start();
    this.isAtWork = true;
  }

  /** All parts are told at once: those that wait for a server that is away must not keep the others at work. */
  private async end(): Promise<void> {
    const { term } = this;
    if (!term) return;
    this.term = null;
    this.isAtWork = false;
    const [folding, ...others] = term.all;
    await Promise.all(others.reverse().map((part) => part.close()));
    await folding?.close();
    await this.options.onTerm(false);
  }
}
