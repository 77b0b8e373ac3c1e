const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const DATE_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2})$/;
const DAY_MS = 86_400_000;
/** Times are compared as texts, and a year of five digits sorts before all others: what is good for ever would be over. */
const LAST_MOMENT_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
const DATE_LENGTH = 'yyyy-mm-dd'.length;

/** Midnight of a day in UTC; null if there is no such day: February has no 30th, which the language takes for the 2nd of March. */
function utcDay(text: string): number | null {
  const match = DATE.exec(text);
  if (!match) return null;
  const day = Date.UTC(Number(match[1]), Number(match[2]) - 1, Number(match[3]));
  return Number.isNaN(day) || new Date(day).toISOString().slice(0, DATE_LENGTH) !== text ? null : day;
}

/**
 * Turns the last day (or the exact moment) that a key is good for into the moment when it stops being
 * offered.
 */
export class KeyExpiry {
  private readonly zoneTime: Intl.DateTimeFormat;
  private readonly endOfDay = new Map<string, number | null>();

  /** @param timeZone IANA name of the business zone */
  constructor(timeZone: string) {
    this.zoneTime = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  }

  /**
   * A date `YYYY-MM-DD` gives the end of that day in the business zone; a time with an offset is exact.
   * Milliseconds since the epoch, within the year 9999; null if the text is neither, or there is no such day.
   */
  parse(text: string): number | null {
    const moment = DATE_TIME.test(text) ? this.exactly(text) : this.endOf(text);
    return moment === null ? null : Math.min(moment, LAST_MOMENT_MS);
  }

  private exactly(text: string): number | null {
    const moment = utcDay(text.slice(0, DATE_LENGTH)) === null ? Number.NaN : Date.parse(text);
    return Number.isNaN(moment) ? null : moment;
  }

  private endOf(text: string): number | null {
    const known = this.endOfDay.get(text);
    if (known !== undefined) return known;
    const parsed = this.parseDate(text);
    if (this.endOfDay.size >= REMEMBERED_DAYS) this.endOfDay.clear();
    this.endOfDay.set(text, parsed);
    return parsed;
  }

  private parseDate(text: string): number | null {
    const day = utcDay(text);
    return day === null ? null : this.utcOf(day + DAY_MS);
  }

  /**
   * The moment at which the zone's wall clock first shows `wallMs` (written as if it were UTC), or more: some zones skip midnight
   * when their summer begins.
   */
  private utcOf(wallMs: number): number {
    const first = wallMs - this.offsetMs(wallMs);
    const moment = wallMs - this.offsetMs(first);
    const shown = moment + this.offsetMs(moment);
    return shown < wallMs ? moment + (wallMs - shown) : moment;
  }

  private offsetMs(epochMs: number): number {
    const part: Record<string, number> = {};
    for (const { type, value } of this.zoneTime.formatToParts(epochMs)) part[type] = Number(value);
    const wall = Date.UTC(part.year!, part.month! - 1, part.day!, part.hour!, part.minute!, part.second!);
    return wall - Math.floor(epochMs / 1000) * 1000;
  }
}

/** Distinct dates are few; the bound keeps a hostile file from filling the memory. */
const REMEMBERED_DAYS = 4096;
