import type { Process } from './process.js';

/** Runs at once, unless the process says otherwise. */
const DEFAULT_CONCURRENCY = 16;
/** Longest stretch of beginning runs, which decide at once, without letting other work of the node run. */
const FILL_MS = 5;

interface Waiting {
  readonly key: string;
  readonly settle: { resolve(): void; reject(error: unknown): void };
}

/** Keys of a process under way: puts those of a group into one run, a bounded number of runs at once. */
export class RunPool {
  readonly concurrency: number;
  /** Of the keys under way, whether an event has settled or moved it since the run began. */
  private readonly underWay = new Map<string, boolean>();
  private waiting = new Map<string, Waiting[]>();
  private running = 0;
  private fills = false;
  private closed = false;
  private idlers: (() => void)[] = [];

  constructor(private readonly process: Process) {
    this.concurrency = process.concurrency ?? DEFAULT_CONCURRENCY;
  }

  get size(): number {
    return this.underWay.size;
  }

  has(key: string): boolean {
    return this.underWay.has(key);
  }

  /** An event settled or moved the key. */
  moved(key: string): void {
    if (this.underWay.has(key)) this.underWay.set(key, true);
  }

  /** Resolves when the run that the key was put into has ended, or will not begin: the key is as pending as before. */
  run(key: string): Promise<void> {
    this.underWay.set(key, false);
    if (this.closed) return Promise.resolve();
    const group = this.process.together?.groupOf(key) ?? key;
    return new Promise<void>((resolve, reject) => {
      const waiting = { key, settle: { resolve, reject } };
      const others = this.waiting.get(group);
      if (others) others.push(waiting);
      else this.waiting.set(group, [waiting]);
      this.fillSoon();
    });
  }

  /** The key is under way no more; answers whether an event settled or moved it meanwhile. */
  take(key: string): boolean {
    const moved = this.underWay.get(key) ?? false;
    this.underWay.delete(key);
    return moved;
  }

  /** Begins nothing more: what waits for its turn is given back, so that only what runs is waited for. */
  close(): void {
    this.closed = true;
    for (const { settle } of [...this.waiting.values()].flat()) settle.resolve();
    this.waiting.clear();
    this.fillSoon();
  }

  /** Resolves when nothing runs or waits. */
  idle(): Promise<void> {
    if (this.running === 0 && this.waiting.size === 0 && !this.fills) return Promise.resolve();
    return new Promise((resolve) => this.idlers.push(resolve));
  }

  /** Keys that come together get the chance to share a run. */
  private fillSoon(): void {
    if (this.fills) return;
    this.fills = true;
    setImmediate(() => {
      this.fills = false;
      this.fill();
    });
  }

  private fill(): void {
    const limit = this.process.together?.limit ?? 1;
    const until = performance.now() + FILL_MS;
    for (const [group, keys] of this.waiting) {
      if (this.running >= this.concurrency) return;
      if (performance.now() >= until) {
        this.fillSoon();
        return;
      }
      const batch = keys.splice(0, limit);
      // What is left of a large group takes its turn after the others.
      this.waiting.delete(group);
      if (keys.length > 0) this.waiting.set(group, keys);
      this.running += 1;
      void this.execute(batch);
    }
    if (this.running === 0 && this.waiting.size === 0) for (const idle of this.idlers.splice(0)) idle();
  }

  private async execute(batch: readonly Waiting[]): Promise<void> {
    try {
      await this.process.run(batch.map(({ key }) => key));
      for (const { settle } of batch) settle.resolve();
    } catch (error) {
      for (const { settle } of batch) settle.reject(error);
    }
    this.running -= 1;
    this.fillSoon();
  }
}
