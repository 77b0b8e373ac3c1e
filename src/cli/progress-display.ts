import type { Progress } from '../composition/operations/operation-types.js';

const BAR_CHARACTERS = 24;
/** Pause between two redraws on a terminal, and between two lines elsewhere. */
const REDRAW_MS = 100;
const LINE_MS = 5000;

export interface ProgressTarget {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** One line: stage, bar, share, counts. Without a total there is no bar. */
export function progressLine({ stage, done, total, detail }: Progress): string {
  const share = total > 0 ? Math.min(done / total, 1) : 0;
  const full = Math.round(share * BAR_CHARACTERS);
  const bar = `[${'#'.repeat(full)}${'.'.repeat(BAR_CHARACTERS - full)}] ${String(Math.floor(share * 100)).padStart(3)} %`;
  const measure = total > 0 ? bar : String(done);
  return [stage.padEnd(10), measure, detail ?? ''].join('  ').trimEnd();
}

/** Draws progress on a terminal in one line that is written over, elsewhere as a line now and then. */
export class ProgressDisplay {
  private shown: { readonly stage: string; readonly atMs: number } | null = null;
  private last: Progress | null = null;
  private isOpen = false;

  constructor(
    private readonly target: ProgressTarget,
    private readonly nowMs: () => number = () => performance.now(),
  ) {}

  readonly show = (progress: Progress): void => {
    const isNewStage = this.shown?.stage !== progress.stage;
    if (isNewStage) this.end();
    this.last = progress;
    const pauseMs = this.target.isTTY ? REDRAW_MS : LINE_MS;
    if (!isNewStage && this.shown && this.nowMs() - this.shown.atMs < pauseMs) return;
    this.draw(progress);
  };

  /** Draws what came last and leaves the line. */
  end(): void {
    if (this.last) this.draw(this.last);
    if (this.isOpen) this.target.write('\n');
    this.isOpen = false;
    this.last = null;
  }

  private draw(progress: Progress): void {
    const line = progressLine(progress).slice(0, (this.target.columns ?? 200) - 1);
    this.shown = { stage: progress.stage, atMs: this.nowMs() };
    if (this.last === progress) this.last = null;
    this.isOpen = this.target.isTTY === true;
    this.target.write(this.isOpen ? `\r\u001b[2K${line}` : `${line}\n`);
  }
}
