import { applyDecorators, BadRequestException, Injectable } from '@nestjs/common';
import { IsString, Matches } from 'class-validator';
import { BusinessZone } from './inventory/key.views.js';

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const DATE_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2})$/;
/** What {@link BusinessCalendar.range} takes. */
const DAY_OR_TIME = new RegExp(`${DATE.source}|${DATE_TIME.source}`);
const NO_MOMENT = 'must be a date such as 2026-12-31, or a time such as 2026-12-31T10:00:00Z';
const DAY_MS = 86_400_000;
/** No time zone begins its days at another moment than a quarter of an hour. */
const QUARTER_MS = 900_000;
const DAYS_PER_WEEK = 7;

/** Of a day of the calendar, whatever its zone. */
const utcOf = (day: string): number => Date.parse(`${day}T00:00:00.000Z`);
const dayAt = (utcMs: number): string => new Date(utcMs).toISOString().slice(0, 10);
/** Whether there is such a day: February has no 31st, which the language takes for the 3rd of March. */
const isDay = (text: string): boolean =>
  DATE.test(text) && !Number.isNaN(utcOf(text)) && dayAt(utcOf(text)) === text;
const DAY_LENGTH = 'yyyy-mm-dd'.length;
/** Milliseconds of `2026-12-31T10:00:00Z` and the like; NaN where there is no such time. */
export const instantOf = (text: string): number =>
  DATE_TIME.test(text) && isDay(text.slice(0, DAY_LENGTH)) ? Date.parse(text) : Number.NaN;
/** That many days later. */
export const daysAfter = (day: string, days: number): string => dayAt(utcOf(day) + days * DAY_MS);

/** An end of a range of days or moments, see {@link BusinessCalendar.range}. */
export const IsDayOrTime = (): PropertyDecorator =>
  applyDecorators(IsString(), Matches(DAY_OR_TIME, { message: `$property: ${NO_MOMENT}` }));

/** Days as the operator's business counts them: in `BUSINESS_TIME_ZONE`. */
@Injectable()
export class BusinessCalendar {
  private readonly day: Intl.DateTimeFormat;

  constructor({ timeZone }: BusinessZone) {
    // Sweden writes dates as ISO does.
    this.day = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' });
  }

  /** `2026-03-01`: the day at a moment. */
  dayOf(ms: number): string {
    return this.day.format(ms);
  }

  /** The moment at which a day begins. */
  startOf(day: string): number {
    // Zones are less than a day from UTC, so the day begins within these two.
    let [before, after] = [utcOf(day) - DAY_MS, utcOf(day) + DAY_MS];
    while (after - before > QUARTER_MS) {
      const middle = before + Math.floor((after - before) / 2 / QUARTER_MS) * QUARTER_MS;
      if (this.dayOf(middle) < day) before = middle;
      else after = middle;
    }
    return after;
  }

  /** The Monday of a day's week. */
  weekOf(day: string): string {
    const sinceMonday = (new Date(utcOf(day)).getUTCDay() + DAYS_PER_WEEK - 1) % DAYS_PER_WEEK;
    return daysAfter(day, -sinceMonday);
  }

  /** The first day of a day's month. */
  monthOf(day: string): string {
    return `${day.slice(0, -2)}01`;
  }

  /**
   * The moments that a range of a request names, both inclusive, as UTC ISO: a date is the whole day, a time with an
   * offset is exact. @throws 400 naming the field
   */
  range(from: string | undefined, to: string | undefined): { from?: string; to?: string } {
    return {
      ...(from === undefined ? {} : { from: this.moment(from, 'dateFrom', (day) => this.startOf(day)) }),
      ...(to === undefined
        ? {}
        : { to: this.moment(to, 'dateTo', (day) => this.startOf(daysAfter(day, 1)) - 1) }),
    };
  }

  private moment(text: string, field: string, ofDay: (day: string) => number): string {
    const ms = isDay(text) ? ofDay(text) : instantOf(text);
    if (Number.isNaN(ms)) {
      throw new BadRequestException(`${field}: ${NO_MOMENT}`);
    }
    return new Date(ms).toISOString();
  }
}
