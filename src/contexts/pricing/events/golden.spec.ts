import { foldEvents } from '../../../../test/support/given.js';
import { Rates } from '../domain/rates.js';
import ratesSet from './golden/RatesSet.v1.json' with { type: 'json' };
import type { RatesEvent } from './rates.events.js';

const samples = { RatesSet: ratesSet as RatesEvent } satisfies Record<RatesEvent['type'], RatesEvent>;

it('a stored RatesSet folds as it always did', () => {
  const earlier: RatesEvent = { type: 'RatesSet', data: { rates: { RUB: '0.0190' }, source: 'manual' } };
  expect(foldEvents(Rates, [earlier, samples.RatesSet])).toEqual({
    rates: {
      USD: { azn: '1.7000', source: 'feed', effectiveDate: '2026-03-02', revision: 1 },
      EUR: { azn: '1.8421', source: 'feed', effectiveDate: '2026-03-02', revision: 1 },
      TRY: { azn: '0.0412', source: 'feed', effectiveDate: '2026-03-02', revision: 1 },
    },
    feedDay: '2026-03-02',
  });
});
