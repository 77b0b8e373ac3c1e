import { BusinessCalendar, daysAfter } from './business-calendar.js';

const iso = (ms: number): string => new Date(ms).toISOString();

describe('a day of the business zone', () => {
  it.each([
    ['Asia/Baku', '2026-03-01', '2026-02-28T20:00:00.000Z'],
    ['UTC', '2026-03-01', '2026-03-01T00:00:00.000Z'],
    ['Asia/Kathmandu', '2026-03-01', '2026-02-28T18:15:00.000Z'],
    ['America/New_York', '2026-03-08', '2026-03-08T05:00:00.000Z'],
    ['America/New_York', '2026-03-09', '2026-03-09T04:00:00.000Z'],
    ['Pacific/Kiritimati', '2026-01-01', '2025-12-31T10:00:00.000Z'],
    // Its clocks go from 24:00 to 01:00.
    ['Africa/Cairo', '2026-04-24', '2026-04-23T22:00:00.000Z'],
  ])('in %s, %s begins at %s', (timeZone, day, start) => {
    const calendar = new BusinessCalendar({ timeZone });
    expect(iso(calendar.startOf(day))).toBe(start);
    expect(calendar.dayOf(calendar.startOf(day))).toBe(day);
    expect(calendar.dayOf(calendar.startOf(day) - 1)).toBe(daysAfter(day, -1));
  });

  it('is in a week that begins on Monday, and in its month', () => {
    const calendar = new BusinessCalendar({ timeZone: 'Asia/Baku' });
    expect(calendar.weekOf('2026-03-01')).toBe('2026-02-23');
    expect(calendar.weekOf('2026-03-02')).toBe('2026-03-02');
    expect(calendar.monthOf('2026-03-31')).toBe('2026-03-01');
  });
});

describe('a range', () => {
  const calendar = new BusinessCalendar({ timeZone: 'Asia/Baku' });

  it('of dates has the first and the last day whole', () => {
    expect(calendar.range('2026-03-01', '2026-03-01')).toEqual({
      from: '2026-02-28T20:00:00.000Z',
      to: '2026-03-01T19:59:59.999Z',
    });
  });

  it('of times is exact, and may be open', () => {
    expect(calendar.range('2026-03-01T10:00:00+04:00', undefined)).toEqual({
      from: '2026-03-01T06:00:00.000Z',
    });
  });

  it.each(['2026-02-30', '2026-02-30T10:00:00Z', '2026-3-1', 'yesterday', '2026-03-01T10:00', ''])(
    'knows no %j',
    (text) => {
      expect(() => calendar.range(undefined, text)).toThrow('dateTo');
    },
  );
});
