import { RATES_ID, Rates, type RatesState, setRates } from '../../contexts/pricing/index.js';
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
 * be used, or does not come, changes nothing and is asked for again, after a growing pause. One that was applied is not
 * applied again, so that rates which staff set afterwards stand until the next day's.
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
    if (this.readDay === today || nowMs < this.nextTryMs) return;
    try {
      if (lastFeedDay(await this.current()) !== today) await this.read(nowMs);
      this.readDay = today;
      this.failures = 0;
    } catch (error) {
      this.nextTryMs = clock.now() + Math.min(FIRST_RETRY_MS * 2 ** this.failures, LONGEST_RETRY_MS);
      this.failures += 1;
      onError(error);
    }
  }

  private async read(nowMs: number): Promise<void> {
    const { url, timeoutMs, onRead } = this.options;
    const date = this.dayOf(nowMs).split('-').reverse().join('.');
    const published = readRates(await download(url.replaceAll('{date}', date), timeoutMs));
    if (published.date > this.dayOf(nowMs + DAY_MS)) throw new UnreadableRates('it is of a day to come');
    await this.apply(published);
    onRead(published);
  }

  private apply({ rates, date: effectiveDate }: PublishedRates): Promise<void> {
    return this.options.executor.run(this.context(), (tx) => {
      const state = tx.load(Rates, RATES_ID);
      const last = lastFeedDay(state);
      if (last !== null && effectiveDate <= last) return;
      const events = setRates(state, { rates, source: 'feed', effectiveDate });
      if (isRejection(events)) throw new UnreadableRates(events.code);
      tx.append(Rates, RATES_ID, events);
    });
  }

  private current(): Promise<RatesState> {
    return this.options.executor.run(this.context(), (tx) => tx.load(Rates, RATES_ID));
  }

  private context(): CommandContext {
    const id = this.options.ids.uuid();
    const actor = { kind: 'system', id: 'rate-feed' } as const;
    return { commandId: id, correlationId: id, actor, surface: 'process' };
  }

  /** `YYYY-MM-DD` */
  private dayOf(ms: number): string {
    const { timeZone } = this.options;
    return new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' }).format(ms);
  }
}

/** The newest day of which the feed set a rate that still stands. */
function lastFeedDay({ rates }: RatesState): string | null {
  const days = Object.values(rates).map(({ source, effectiveDate }) =>
    source === 'feed' ? effectiveDate : null,
  );
  return days.reduce((last, day) => (day !== null && (last === null || day > last) ? day : last), null);
}
