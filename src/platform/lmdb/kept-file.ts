import { closeSync, fstatSync, openSync } from 'node:fs';

/** Between two looks; one costs some microseconds. */
const LOOK_MS = 1000;

/**
 * Whether a file that this process works on still has a name. One that was removed, or has another put in its place, can be
 * written as before, and is gone with the process.
 */
export class KeptFile {
  private readonly file: number;
  private readonly hasNames: boolean;
  private lookedAtMs = Number.NEGATIVE_INFINITY;
  private kept = true;
  private closed = false;

  /** @param onGone called once, when it is first seen */
  constructor(
    path: string,
    private readonly onGone: () => void = () => undefined,
    private readonly nowMs: () => number = () => performance.now(),
  ) {
    this.file = openSync(path, 'r');
    // There may be file systems that do not count them.
    this.hasNames = fstatSync(this.file).nlink > 0;
  }

  get isKept(): boolean {
    const now = this.nowMs();
    if (this.closed || !this.kept || !this.hasNames || now - this.lookedAtMs < LOOK_MS) return this.kept;
    this.lookedAtMs = now;
    this.kept = fstatSync(this.file).nlink > 0;
    if (!this.kept) this.onGone();
    return this.kept;
  }

  close(): void {
    this.closed = true;
    closeSync(this.file);
  }
}
