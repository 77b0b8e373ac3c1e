import { foldEvents, given } from '../../../../test/support/given.js';
import type { RatesEvent } from '../events/rates.events.js';
import { setRates } from './rates.decider.js';
import { Rates } from './rates.js';

const usd: RatesEvent = { type: 'RatesSet', data: { rates: { USD: '1.7000' }, source: 'manual' } };
const feed: RatesEvent = {
  type: 'RatesSet',
  data: { rates: { EUR: '1.8421' }, source: 'feed', effectiveDate: '2026-03-02' },
};

describe('rates', () => {
  it('are set for the named currencies', () => {
    given(Rates, [])
      .when((state) => setRates(state, { rates: { USD: '1.7000' }, source: 'manual' }))
      .then(usd);
  });

  it('of other currencies stay as they are', () => {
    expect(foldEvents(Rates, [usd, feed]).rates).toEqual({
      USD: { azn: '1.7000', source: 'manual', effectiveDate: null, revision: 0 },
      EUR: { azn: '1.8421', source: 'feed', effectiveDate: '2026-03-02', revision: 1 },
    });
  });

  it('that stand already are not written again', () => {
    given(Rates, [usd])
      .when((state) => setRates(state, { rates: { USD: '1.7000', EUR: null }, source: 'manual' }))
      .thenNothing();
  });

  it('are written again when another source or day says the same', () => {
    given(Rates, [feed])
      .when((state) =>
        setRates(state, { rates: { EUR: '1.8421' }, source: 'feed', effectiveDate: '2026-03-03' }),
      )
      .then({
        type: 'RatesSet',
        data: { rates: { EUR: '1.8421' }, source: 'feed', effectiveDate: '2026-03-03' },
      });
  });

  it('are written again when the feed says what was set by hand', () => {
    given(Rates, [usd])
      .when((state) => setRates(state, { rates: { USD: '1.7000' }, source: 'feed' }))
      .then({ ...usd, data: { ...usd.data, source: 'feed' } });
  });

  it('remember the newest day of the feed, whatever is set by hand', () => {
    const of = (day: string | null, source: 'feed' | 'manual' = 'feed'): RatesEvent => ({
      type: 'RatesSet',
      data: { rates: { EUR: '1.8' }, source, ...(day && { effectiveDate: day }) },
    });
    const feedDay = (...events: RatesEvent[]) => foldEvents(Rates, events).feedDay;
    expect(feedDay(usd)).toBeNull();
    expect(feedDay(of('2026-03-02'), of('2026-03-03'))).toBe('2026-03-03');
    expect(feedDay(of('2026-03-03'), of('2026-03-02'))).toBe('2026-03-03');
    expect(feedDay(of('2026-03-03'), of(null))).toBe('2026-03-03');
    expect(feedDay(of('2026-03-03'), of('2026-03-04', 'manual'))).toBe('2026-03-03');
  });

  it.each(['0.0001', '999999999999.99', '1000000000000'])('may be %s', (azn) => {
    given(Rates, [])
      .when((state) => setRates(state, { rates: { USD: azn }, source: 'manual' }))
      .then({ ...usd, data: { ...usd.data, rates: { USD: azn } } });
  });

  it('can be taken away', () => {
    const removed: RatesEvent = { type: 'RatesSet', data: { rates: { USD: null }, source: 'manual' } };
    given(Rates, [usd])
      .when((state) => setRates(state, { rates: { USD: null }, source: 'manual' }))
      .then(removed);
    expect(foldEvents(Rates, [usd, removed]).rates).toEqual({});
  });

  it.each(['0', '-1.7', '1,7', '', '1e3', 'x', '1000000000000.01', `1.${'0'.repeat(40)}`])(
    'refuse %j',
    (azn) => {
      given(Rates, [])
        .when((state) => setRates(state, { rates: { USD: azn }, source: 'manual' }))
        .thenRejected('InvalidRate', { currency: 'USD' });
    },
  );

  it('refuse a rate for AZN itself and for an unknown currency', () => {
    given(Rates, [])
      .when((state) => setRates(state, { rates: { AZN: '1' }, source: 'manual' }))
      .thenRejected('InvalidRate', { currency: 'AZN' });
    given(Rates, [])
      .when((state) => setRates(state, { rates: { XXX: '1' } as never, source: 'manual' }))
      .thenRejected('InvalidRate', { currency: 'XXX' });
  });

  it('refuse a day that is none', () => {
    given(Rates, [])
      .when((state) =>
        setRates(state, { rates: { USD: '1.7' }, source: 'feed', effectiveDate: '02.03.2026' }),
      )
      .thenRejected('InvalidEffectiveDate');
  });
});
