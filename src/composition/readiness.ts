import { constants } from 'node:fs';
import { access, statfs } from 'node:fs/promises';
import { Health, type Problem } from '../apis/operations/health.js';
import { lookWithin } from '../platform/metrics/look-within.js';
import type { Runtime } from './runtime.js';

/** A log with less space than this before it refuses sales soon. */
const MIN_FREE_BYTES = 64 * 1024 * 1024;
/** Read models older than this mislead whoever looks at them. */
const MAX_LAG_SECONDS = 60;
const MAX_INDEX_LAG_EVENTS = 100_000n;

/** Whether this process should get requests: it is not stopping, can write, and what it reads from is fresh. */
export class Readiness extends Health {
  private isDraining = false;
  private runtime: Runtime | null = null;

  /** @param isKept whether what is stored outlives this process */
  constructor(
    private readonly dataDir: string,
    private readonly isKept: () => boolean = () => true,
  ) {
    super();
  }

  /** What it watches has started. */
  watch(runtime: Runtime): void {
    this.runtime = runtime;
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
