import { foldEvents, given } from '../../../../test/support/given.js';
import { registered } from '../../../../test/support/partner-history.js';
import type { PartnerEvent } from '../events/partner.events.js';
import { setAccess, setCurrencies } from './partner.decider.js';
import { creditFloor, mayBuy, Partner } from './partner.js';

const partner = given(Partner, [registered]);

describe('access', () => {
  const narrowed: PartnerEvent = {
    type: 'PartnerAccessChanged',
    data: { allProducts: false, productIds: ['a', 'b'], packageIds: ['p'] },
  };

  it('is set whole, each id once', () => {
    partner
      .when((state) =>
        setAccess(state, { allProducts: false, productIds: ['b', 'a', 'b'], packageIds: ['p', 'p'] }),
      )
      .then(narrowed);
    given(Partner, [registered, narrowed])
      .when((state) => setAccess(state, { allProducts: false, productIds: ['b', 'a'], packageIds: ['p'] }))
      .thenNothing();
  });

  it.each([
    ['all products', { allProducts: true, productIds: ['a', 'b'], packageIds: ['p'] }],
    ['one product for another', { allProducts: false, productIds: ['a', 'c'], packageIds: ['p'] }],
    ['one product less', { allProducts: false, productIds: ['a'], packageIds: ['p'] }],
    ['one package for another', { allProducts: false, productIds: ['a', 'b'], packageIds: ['q'] }],
    ['one package more', { allProducts: false, productIds: ['a', 'b'], packageIds: ['p', 'q'] }],
    ['no package', { allProducts: false, productIds: ['a', 'b'], packageIds: [] }],
    ['every package of the products', { allProducts: false, productIds: ['a', 'b'], packageIds: null }],
  ])('is another one with %s', (_, access) => {
    given(Partner, [registered, narrowed])
      .when((state) => setAccess(state, access))
      .then({ type: 'PartnerAccessChanged', data: access });
  });

  it('to all packages stays that, and is narrowed by naming some', () => {
    const access = { allProducts: true, productIds: [], packageIds: null };
    partner.when((state) => setAccess(state, access)).thenNothing();
    partner
      .when((state) => setAccess(state, { ...access, packageIds: ['p'] }))
      .then({ type: 'PartnerAccessChanged', data: { ...access, packageIds: ['p'] } });
  });

  it('is wide open until it is set, then covers what it names', () => {
    const open = foldEvents(Partner, [registered]);
    expect(mayBuy(open, 'any', 'any')).toBe(true);
    const some = foldEvents(Partner, [registered, narrowed]);
    expect(mayBuy(some, 'a', 'p')).toBe(true);
    expect(mayBuy(some, 'a', 'q')).toBe(false);
    expect(mayBuy(some, 'c', 'p')).toBe(false);
  });

  it('names no more ids than fit into an event', () => {
    const productIds = Array.from({ length: 5001 }, (_, i) => String(i));
    partner
      .when((state) => setAccess(state, { allProducts: false, productIds, packageIds: null }))
      .thenRejected('InvalidField', { field: 'product_ids', rule: expect.any(String) });
    partner
      .when((state) => setAccess(state, { allProducts: true, productIds: [], packageIds: productIds }))
      .thenRejected('InvalidField', { field: 'package_ids', rule: expect.any(String) });
  });
});

describe('currencies', () => {
  it('change by part', () => {
    partner
      .when((state) =>
        setCurrencies(state, { allowedCurrencies: ['USD', 'AZN', 'USD'], rateMarkupPercent: { USD: '1.5' } }),
      )
      .then({
        type: 'PartnerCurrenciesChanged',
        data: {
          defaultCurrency: 'AZN',
          allowedCurrencies: ['USD', 'AZN'],
          rateMarkupPercent: { USD: '1.5' },
        },
      });
    partner.when((state) => setCurrencies(state, { defaultCurrency: 'AZN' })).thenNothing();
  });

  it.each([
    ['the default', { defaultCurrency: 'USD' }],
    ['one allowed for another', { allowedCurrencies: ['AZN', 'EUR'] }],
    ['a markup', { rateMarkupPercent: { USD: '1.6' } }],
    ['a markup less', { rateMarkupPercent: {} }],
  ] as const)('are others where only %s is another', (_, changes) => {
    const data = {
      defaultCurrency: 'AZN' as const,
      allowedCurrencies: ['AZN', 'USD'] as const,
      rateMarkupPercent: { USD: '1.5' },
    };
    given(Partner, [registered, { type: 'PartnerCurrenciesChanged', data }])
      .when((state) => setCurrencies(state, changes))
      .then({ type: 'PartnerCurrenciesChanged', data: { ...data, ...changes } });
  });

  it('must make sense together', () => {
    partner
      .when((state) => setCurrencies(state, { allowedCurrencies: ['USD'] }))
      .thenRejected('InvalidField', { field: 'default_currency', rule: expect.any(String) });
    partner
      .when((state) => setCurrencies(state, { allowedCurrencies: ['AZN', 'BTC'] }))
      .thenRejected('InvalidField', { field: 'allowed_currencies', rule: expect.any(String) });
    partner
      .when((state) => setCurrencies(state, { rateMarkupPercent: { USD: '-100' } }))
      .thenRejected('InvalidField', { field: 'rate_markup_percent', rule: expect.any(String) });
    partner
      .when((state) => setCurrencies(state, { rateMarkupPercent: { BTC: '1' } }))
      .thenRejected('InvalidField', { field: 'rate_markup_percent', rule: expect.any(String) });
  });
});

describe('how far a partner may buy', () => {
  const floor = (
    billingMode: 'prepaid' | 'postpaid',
    creditLimit: string | null,
    currency: 'AZN' | 'USD' = 'AZN',
  ) =>
    creditFloor(
      foldEvents(Partner, [
        registered,
        { type: 'PartnerBillingChanged', data: { billingMode, creditLimit } },
      ]),
      currency,
    );

  it.each([
    ['prepaid', null, 0n],
    ['prepaid', '0', 0n],
    ['prepaid', '50000', -50000n],
    ['postpaid', null, null],
    ['postpaid', '50000', -50000n],
    ['postpaid', '0', 0n],
  ] as const)('%s with a limit of %s: down to %s', (billingMode, creditLimit, expected) => {
    expect(floor(billingMode, creditLimit)).toBe(expected);
  });

  it('a limit is for the default currency alone', () => {
    expect(floor('prepaid', '50000', 'USD')).toBe(0n);
    expect(floor('postpaid', '50000', 'USD')).toBe(0n);
    expect(floor('postpaid', null, 'USD')).toBeNull();
  });
});
