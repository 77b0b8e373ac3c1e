import { KeyExpiry } from './key-expiry.js';

const baku = new KeyExpiry('Asia/Baku');

describe('the expiry of a key', () => {
  it('is the end of its last day in the business zone', () => {
    expect(new Date(baku.parse('2027-12-31')!).toISOString()).toBe('2027-12-31T20:00:00.000Z');
  });

  it('follows daylight saving time', () => {
    const berlin = new KeyExpiry('Europe/Berlin');
    expect(new Date(berlin.parse('2027-03-27')!).toISOString()).toBe('2027-03-27T23:00:00.000Z');
    expect(new Date(berlin.parse('2027-03-28')!).toISOString()).toBe('2027-03-28T22:00:00.000Z');
    expect(new Date(berlin.parse('2027-10-31')!).toISOString()).toBe('2027-10-31T23:00:00.000Z');
  });

  it('is the first moment of the next day where midnight is skipped', () => {
    const havana = new KeyExpiry('America/Havana');
    expect(new Date(havana.parse('2026-03-07')!).toISOString()).toBe('2026-03-08T05:00:00.000Z');
    expect(new Date(havana.parse('2026-10-31')!).toISOString()).toBe('2026-11-01T04:00:00.000Z');
  });

  it('is exact when a time is given', () => {
    expect(baku.parse('2027-12-31T10:00:00Z')).toBe(Date.UTC(2027, 11, 31, 10));
    expect(baku.parse('2027-12-31T10:00+04:00')).toBe(Date.UTC(2027, 11, 31, 6));
  });

  it.each(['9999-12-31', '9999-12-31T23:59:59-14:00'])('%s is not over before all others', (text) => {
    const newYork = new KeyExpiry('America/New_York');
    expect(new Date(newYork.parse(text)!).toISOString()).toBe('9999-12-31T23:59:59.999Z');
  });

  it.each([
    '',
    '2027-02-30',
    '2027-02-30T10:00:00Z',
    '2027-13-01',
    '31.12.2027',
    '2027-12-31T10:00',
    'never',
    '2027-1-1',
  ])('cannot be read from %j', (text) => {
    expect(baku.parse(text)).toBeNull();
  });
});
