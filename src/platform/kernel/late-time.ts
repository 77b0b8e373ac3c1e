import type { Clock } from './clock.js';

/** How exactly it is known when a clock told what. */
const SLOT_MS = 3_600_000;

/**
 * The time by a clock as if that had not been set ahead lately: for what must not be forgotten too early, since a clock that
 * was set ahead may have been wrong. Whoever asks does so once an hour at least.
 */
export class LateTime {
  /** The clock's time less the time that has passed, the least in each hour that still counts. */
  private readonly slots: { readonly slot: number; differenceMs: number }[] = [];

  constructor(
    private readonly clock: Clock,
    /** For how long after it was set ahead the clock is not believed. */
    private readonly doubtMs: number,
  ) {}

  now(): number {
    const elapsedMs = this.clock.elapsedMs();
    const slot = Math.floor(elapsedMs / SLOT_MS);
    const differenceMs = this.clock.now() - elapsedMs;
    const last = this.slots.at(-1);
    if (last?.slot === slot) last.differenceMs = Math.min(last.differenceMs, differenceMs);
    else this.slots.push({ slot, differenceMs });
    while ((this.slots[0]!.slot + 1) * SLOT_MS + this.doubtMs <= elapsedMs) this.slots.shift();
    return Math.floor(elapsedMs + Math.min(...this.slots.map((each) => each.differenceMs)));
  }
}
