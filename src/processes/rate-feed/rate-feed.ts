import { RATES_ID, Rates, setRates } from '../../contexts/pricing/index.js';
import { systemContext } from '../../platform/execution/system-context.js';
import type { CommandContext, Executor } from '../../platform/execution/transaction.js';
import type { Clock } from '../../platform/kernel/clock.js';
import type { Ids } from '../../platform/kernel/ids.js';
import { isRejection } from '../../platform/kernel/rejection.js';
import { type PublishedRates, readRates, UnreadableRates } from './central-bank-document.js';
import { download } from './download.js';

const LOOK_EVERY_MS = 60_000;
const FIRST_RETRY_MS = 60_000;
const LONGEST_RETRY_MS = 60 * 60_000;
const DAY_MS = 24 * 60 * 60_000;

export interface RateFeedOptions {
  readonly executor: Executor;
  readonly clock: Clock;
  readonly ids: Ids;
  /** `{date}` stands for the day in the business zone, `23.11.2026`. */
  readonly url: string;
  /** IANA name of the business zone. */
  readonly timeZone: string;
  readonly onRead: (published: PublishedRates) => void;
  readonly onError: (error: unknown) => void;
  readonly timeoutMs?: number;
}

/**
 * Reads the central bank's rates once a day, and at start when those of the day are not there. A document that cannot
 * be used, or does not come, changes nothing and is asked for again, after a growing pause; one of an earlier day, as before
 * the bank has published, is asked for again each hour. One that was applied is not applied again, so that rates which
 * staff set afterwards stand until the next day's.
 */
export class RateFeed {
  /** The day (business zone) that was read last. */
  private readDay: string | null = null;
  private failures = 0;
  private nextTryMs = 0;
  private working: Promise<void> | null = null;
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly options: RateFeedOptions) {}

  start(): void {
    void this.look();
    this.timer = setInterval(() => void this.look(), LOOK_EVERY_MS);
    this.timer.unref();
  }

  async close(): Promise<void> {
    if (this.timer) clearInterval(this.timer);
    await this.working;
  }

  /** Reads the document if that is due; resolves when this has been tried. */
  look(): Promise<void> {
    this.working ??= this.readIfDue().finally(() => {
      this.working = null;
    });
    return this.working;
  }

  private async readIfDue(): Promise<void> {
    const { clock, onError } = this.options;
    const nowMs = clock.now();
    const today = this.dayOf(nowMs);
    const pauseMs = this.nextTryMs - nowMs;
    // A pause beyond the longest was counted before the clock was set back.
    if (this.readDay === today || (pauseMs > 0 && pauseMs <= LONGEST_RETRY_MS)) return;
    try {
      if ((await this.lastDay()) === today || (await this.read(nowMs)) >= today) this.readDay = today;
      // The day's may come later, or is a holiday.
      else this.nextTryMs = clock.now() + LONGEST_RETRY_MS;
      this.failures = 0;
    } catch (error) {
      this.nextTryMs = clock.now() + Math.min(FIRST_RETRY_MS * 2 ** this.failures, LONGEST_RETRY_MS);
      this.failures += 1;
      onError(error);
    }
  }

  /** @returns the day of the document */
  private async read(nowMs: number): Promise<string> {
    const { url, timeoutMs, onRead } = this.options;
    const date = this.dayOf(nowMs).split('-').reverse().join('.');
    const published = readRates(await download(url.replaceAll('{date}', date), timeoutMs));
    if (published.date > this.dayOf(nowMs + DAY_MS)) throw new UnreadableRates('it is of a day to come');
    await this.apply(published);
    onRead(published);
    return published.date;
  }

  private apply({ rates, date: effectiveDate }: PublishedRates): Promise<void> {
    return this.options.executor.run(this.context(), (tx) => {
      const state = tx.load(Rates, RATES_ID);
      if (state.feedDay !== null && effectiveDate <= state.feedDay) return;
      const events = setRates(state, { rates, source: 'feed', effectiveDate });
      if (isRejection(events)) throw new UnreadableRates(events.code);
      tx.append(Rates, RATES_ID, events);
    });
  }

  /** The newest day of which there are rates of the source. */
  private lastDay(): Promise<string | null> {
    return this.options.executor.run(this.context(), (tx) => tx.load(Rates, RATES_ID).feedDay);
  }

  private context(): CommandContext {
    return systemContext(this.options.ids, 'rate-feed', 'process');
  }

  /** `YYYY-MM-DD` */
  private dayOf(ms: number): string {
    const { timeZone } = this.options;
    return new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' }).format(ms);
  }
}
