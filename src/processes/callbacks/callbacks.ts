import type { Attempted, Lane, NoticeIndex, Work } from '../../contexts/webhooks/index.js';
import type { Clock } from '../../platform/kernel/clock.js';
import { hasCome } from '../../platform/kernel/deadline.js';

/** Attempts under way to one endpoint, while it answers. */
const PER_ENDPOINT = 8;
/** To one that has failed: it must not take much of what all share. */
const PER_FAILING_ENDPOINT = 2;
/** To all endpoints together; those that are held have places of their own, so that they cannot take everybody's. */
const IN_ALL = 512;
const IN_ALL_HELD = 64;
/** Endpoints without a place that are looked at when one has become free. */
const LOOKED_AT_TOGETHER = 4;
/** The clock is looked at again at least this often: it may jump. */
const LONGEST_SLEEP_MS = 1000;
const SHORTEST_SLEEP_MS = 10;
/** After an outage of the log, what was under way is tried again after this long. */
const RETRY_MS = 2000;

export interface CallbacksOptions {
  readonly index: NoticeIndex;
  readonly clock: Clock;
  readonly attempt: (lane: Lane, work: Work, signal: AbortSignal) => Promise<Attempted>;
  readonly onDisabled: (webhook: number, partner: string, because: string) => void;
  readonly onError: (error: unknown, webhook: number) => void;
}

/**
 * Brings notices to endpoints. Where each endpoint stands is told by the index alone, which folds what is recorded; this
 * only holds which attempts are under way. So after a crash an attempt whose outcome was not recorded is made
 * again, under the same id, and nothing else is.
 */
export class Callbacks {
  /** Messages under way by endpoint: from the attempt's beginning until its outcome is in the index. */
  private readonly underWay = new Map<number, Set<number>>();
  /** When to look at an endpoint again. */
  private readonly looks = new Map<number, number>();
  /** Endpoints that found no place. */
  private readonly crowded = new Set<number>();
  private readonly running = new Set<Promise<void>>();
  private readonly heldAttempts = new Set<Promise<void>>();
  private readonly endings = new Set<AbortController>();
  private timer: NodeJS.Timeout | null = null;
  private closed = true;

  constructor(private readonly options: CallbacksOptions) {}

  start(): void {
    const { index } = this.options;
    this.closed = false;
    index.onWork = (webhook) => this.look(webhook);
    index.onOutcome = (webhook, sequence) => this.underWay.get(webhook)?.delete(sequence);
    for (const webhook of index.lanes.keys()) this.look(webhook);
    this.tick();
  }

  /** Begins nothing more and ends the attempts under way: they are made again by whoever comes next. */
  async close(): Promise<void> {
    this.closed = true;
    if (this.timer) clearTimeout(this.timer);
    this.options.index.onWork = () => {};
    this.options.index.onOutcome = () => {};
    for (const ending of this.endings) ending.abort();
    await Promise.all(this.running);
    this.underWay.clear();
  }

  /** Attempts under way. */
  get size(): number {
    return this.running.size;
  }

  /** Makes the attempts that are due now, and looks again when the next one is, or after a while where that failed. */
  look(webhook: number): void {
    if (this.closed) return;
    try {
      this.begin(webhook);
    } catch (error) {
      this.looks.set(webhook, this.options.clock.now() + RETRY_MS);
      this.options.onError(error, webhook);
    }
  }

  private begin(webhook: number): void {
    this.crowded.delete(webhook);
    const lane = this.options.index.lanes.get(webhook);
    if (!lane) {
      this.forget(webhook);
      return;
    }
    const underWay = this.underWay.get(webhook) ?? new Set<number>();
    this.underWay.set(webhook, underWay);
    while (underWay.size < placesOf(lane)) {
      const work = lane.workAt(this.options.clock.now(), (sequence) => underWay.has(sequence));
      if (!work) break;
      if (!this.hasRoom(lane)) {
        this.crowded.add(webhook);
        break;
      }
      underWay.add(work.sequence);
      this.attempt(lane, work, underWay);
    }
    // Whoever has no free place is looked at when one of its attempts has ended.
    const next = underWay.size < placesOf(lane) && !this.crowded.has(webhook) ? lane.nextDueMs() : null;
    if (next === null) this.looks.delete(webhook);
    else this.looks.set(webhook, next);
    if (underWay.size === 0) this.underWay.delete(webhook);
  }

  /** An endpoint that was deleted leaves nothing behind that would be looked at again. */
  private forget(webhook: number): void {
    this.looks.delete(webhook);
    this.underWay.delete(webhook);
  }

  private hasRoom({ isHeld }: Lane): boolean {
    if (isHeld) return this.heldAttempts.size < IN_ALL_HELD;
    return this.running.size - this.heldAttempts.size < IN_ALL;
  }

  private attempt(lane: Lane, work: Work, underWay: Set<number>): void {
    const attempt = this.make(lane, work, underWay);
    this.running.add(attempt);
    if (lane.isHeld) this.heldAttempts.add(attempt);
    void attempt.then(() => {
      this.running.delete(attempt);
      this.heldAttempts.delete(attempt);
      // A few at a time, in turn: the ones that found no place again stand last.
      for (const waiting of [...this.crowded].slice(0, LOOKED_AT_TOGETHER)) this.look(waiting);
    });
  }

  private async make(lane: Lane, work: Work, underWay: Set<number>): Promise<void> {
    const { attempt, onDisabled, onError } = this.options;
    const { webhook, partner } = lane;
    const ending = new AbortController();
    this.endings.add(ending);
    try {
      const { recorded, disabled } = await attempt(lane, work, ending.signal);
      if (disabled) onDisabled(webhook, partner, disabled);
      // What was recorded is under way until the index shows it.
      if (recorded) return;
    } catch (error) {
      onError(error, webhook);
    } finally {
      this.endings.delete(ending);
    }
    const later = setTimeout(() => {
      underWay.delete(work.sequence);
      this.look(webhook);
    }, RETRY_MS);
    later.unref();
  }

  private tick(): void {
    if (this.closed) return;
    const nowMs = this.options.clock.now();
    for (const [webhook, dueMs] of [...this.looks]) if (hasCome(dueMs, nowMs)) this.look(webhook);
    const next = Math.min(...this.looks.values(), Number.POSITIVE_INFINITY);
    const wait = Math.min(Math.max(next - nowMs, SHORTEST_SLEEP_MS), LONGEST_SLEEP_MS);
    this.timer = setTimeout(() => this.tick(), wait);
    this.timer.unref();
  }
}

function placesOf({ isHeld, failures }: Lane): number {
  if (isHeld) return 1;
  return failures > 0 ? PER_FAILING_ENDPOINT : PER_ENDPOINT;
}
