import { constants } from 'node:fs';
import { access, statfs } from 'node:fs/promises';
import { Health, type Problem } from '../apis/operations/health.js';
import { lookWithin } from '../platform/metrics/look-within.js';
import type { MeasuredEventStore } from '../platform/metrics/measured-event-store.js';
import type { Runtime } from './runtime.js';

/** A log with less space than this before it refuses sales soon. */
const MIN_FREE_BYTES = 64 * 1024 * 1024;
/** Read models older than this mislead whoever looks at them. */
const MAX_LAG_SECONDS = 60;
const MAX_INDEX_LAG_EVENTS = 100_000n;
/** A slow disk takes seconds for a commit at times. Longer, and who is sent here waits in vain. */
const MAX_SILENCE_MS = 10_000;

/** Whether this process should get requests: it is not stopping, can write, and what it reads from is fresh. */
export class Readiness extends Health {
  private isDraining = false;
  private runtime: Runtime | null = null;
  private log: Pick<MeasuredEventStore, 'silentMs'> | null = null;
  /** A look at the disk that is under way: a disk that hangs keeps a thread for each. */
  private looking: Promise<Problem> | null = null;

  /** @param isKept whether what is stored outlives this process */
  constructor(
    private readonly dataDir: string,
    private readonly isKept: () => boolean = () => true,
  ) {
    super();
  }

  /** What it watches has started. */
  watch(runtime: Runtime, log: Pick<MeasuredEventStore, 'silentMs'>): void {
    this.runtime = runtime;
    this.log = log;
  }

  /** From now on no new requests should come. */
  drain(): void {
    this.isDraining = true;
  }

  async problems(): Promise<Readonly<Record<string, Problem>>> {
    const [store, readModels, indexes] = await Promise.all([
      this.storeProblem(),
      this.readModelProblem(),
      this.indexProblem(),
    ]);
    return { process: this.isDraining ? 'stopping' : null, store, read_models: readModels, indexes };
  }

  private async storeProblem(): Promise<Problem> {
    if (!this.isKept()) return 'was removed';
    if (this.log && this.log.silentMs > MAX_SILENCE_MS) return 'does not answer';
    this.looking ??= this.diskProblem().finally(() => {
      this.looking = null;
    });
    return lookWithin(this.looking).catch(() => 'does not answer');
  }

  private async diskProblem(): Promise<Problem> {
    try {
      await access(this.dataDir, constants.W_OK);
      const { bavail, bsize } = await statfs(this.dataDir);
      return bavail * bsize < MIN_FREE_BYTES ? 'almost no space left' : null;
    } catch {
      return 'cannot be written';
    }
  }

  private async readModelProblem(): Promise<Problem> {
    if (!this.runtime?.hasReadModels) return 'starting';
    try {
      const { lagSeconds } = await lookWithin(this.runtime.projections.status());
      return lagSeconds > MAX_LAG_SECONDS ? 'far behind' : null;
    } catch {
      return 'cannot be read';
    }
  }

  private async indexProblem(): Promise<Problem> {
    if (!this.runtime) return 'starting';
    try {
      return (await lookWithin(this.runtime.indexLag())) > MAX_INDEX_LAG_EVENTS ? 'far behind' : null;
    } catch {
      return 'the log cannot be reached';
    }
  }
}
