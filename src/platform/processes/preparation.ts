import { setImmediate as turn } from 'node:timers/promises';
import type { Process } from './process.js';

/** Longest stretch of preparing without letting other work of the node run. */
const SLICE_MS = 5;

/** Prepares keys one after another, in the order in which they come. */
export class Preparation {
  private readonly waiting: string[] = [];
  private underWay: Promise<void> | null = null;

  constructor(private readonly process: Process) {}

  add(keys: readonly string[]): void {
    if (!this.process.prepare) return;
    for (const key of keys) this.waiting.push(key);
    this.underWay ??= this.prepare().finally(() => {
      this.underWay = null;
    });
  }

  /** Forgets what waits; resolves when nothing is under way. */
  async close(): Promise<void> {
    this.waiting.length = 0;
    await this.underWay;
  }

  private async prepare(): Promise<void> {
    while (this.waiting.length > 0) {
      await turn();
      const until = performance.now() + SLICE_MS;
      let done = 0;
      while (done < this.waiting.length && performance.now() < until) {
        const key = this.waiting[done]!;
        done += 1;
        // The run will meet the same failure, and tell of it.
        await this.process.prepare!(key).catch(() => undefined);
      }
      this.waiting.splice(0, done);
    }
  }
}
