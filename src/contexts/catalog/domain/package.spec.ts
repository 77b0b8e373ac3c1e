import { given } from '../../../../test/support/given.js';
import type { PackageEvent } from '../events/package.events.js';
import {
  changePackage,
  createPackage,
  deletePackage,
  type NewPackage,
  setExplicitPrices,
} from './package.decider.js';
import { Package } from './package.js';

const minimal: NewPackage & { publicId: number } = {
  publicId: 101,
  productId: 'product',
  supplierId: 'supplier',
  names: { en: 'Steam $20 Global' },
  basePrice: { amount: '3400', currency: 'AZN' },
};
const created: Extract<PackageEvent, { type: 'PackageCreated' }> = {
  type: 'PackageCreated',
  data: {
    publicId: 101,
    productId: 'product',
    supplierId: 'supplier',
    names: { en: 'Steam $20 Global', ru: null, az: null },
    cost: null,
    fulfilment: 'stock',
    releasePolicy: 'stock',
    position: null,
    basePrice: { amount: '3400', currency: 'AZN' },
    explicitPrices: {},
    status: 'active',
    hold: false,
  },
};
const deleted: PackageEvent = { type: 'PackageDeleted', data: {} };
const prices = (explicitPrices: object): PackageEvent =>
  ({ type: 'PackageExplicitPricesSet', data: { explicitPrices } }) as PackageEvent;

describe('a package', () => {
  it('is created with defaults for what is not said, once', () => {
    given(Package, [])
      .when((state) => createPackage(state, minimal))
      .then(created);
    given(Package, [created])
      .when((state) => createPackage(state, { ...minimal, publicId: 102 }))
      .thenNothing();
  });

  it('is created with everything in one event', () => {
    given(Package, [])
      .when((state) =>
        createPackage(state, { ...minimal, explicitPrices: { USD: '2000' }, status: 'inactive', hold: true }),
      )
      .then({
        ...created,
        data: {
          ...created.data,
          explicitPrices: { USD: { amount: '2000', origin: 'manual' } },
          status: 'inactive',
          hold: true,
        },
      } as PackageEvent);
  });

  it.each([
    ['InvalidName', { names: { en: ' ' } }],
    ['InvalidPrice', { basePrice: { amount: '0', currency: 'AZN' } }],
    ['InvalidPrice', { basePrice: { amount: '-1', currency: 'AZN' } }],
    ['InvalidPrice', { basePrice: { amount: '12.50', currency: 'AZN' } }],
    ['InvalidPrice', { basePrice: { amount: `1${'0'.repeat(14)}01`, currency: 'AZN' } }],
    ['InvalidPrice', { basePrice: { amount: '1', currency: 'XXX' } }],
    ['InvalidCost', { cost: { amount: '-1', currency: 'AZN' } }],
    ['InvalidPosition', { position: Number.NaN }],
  ])('is refused with %s', (code, fields) => {
    given(Package, [])
      .when((state) => createPackage(state, { ...minimal, ...fields } as typeof minimal))
      .thenRejected(code);
    given(Package, [created])
      .when((state) => changePackage(state, fields as object))
      .thenRejected(code);
  });

  it('refuses an explicit price that is none', () => {
    given(Package, [])
      .when((state) => createPackage(state, { ...minimal, explicitPrices: { USD: '0' } }))
      .thenRejected('InvalidPrice', { field: 'USD' });
    given(Package, [created])
      .when((state) => changePackage(state, { explicitPrices: { USD: '0' } }))
      .thenRejected('InvalidPrice', { field: 'USD' });
  });

  it('may cost 10^15 hundredths, and nothing to us', () => {
    given(Package, [created])
      .when((state) =>
        changePackage(state, {
          basePrice: { amount: `1${'0'.repeat(15)}`, currency: 'USD' },
          cost: { amount: '0', currency: 'USD' },
        }),
      )
      .then(
        { type: 'PackageChanged', data: { cost: { amount: '0', currency: 'USD' } } },
        {
          type: 'PackagePriceChanged',
          data: { basePrice: { amount: `1${'0'.repeat(15)}`, currency: 'USD' } },
        },
      );
  });

  it('may cost the smallest amount there is, in any currency', () => {
    const smallest = { amount: '1', currency: 'AZN' as const };
    given(Package, [])
      .when((state) => createPackage(state, { ...minimal, basePrice: smallest }))
      .then({ ...created, data: { ...created.data, basePrice: smallest } });
    given(Package, [created])
      .when((state) => setExplicitPrices(state, { prices: { USD: '1' }, origin: 'manual' }))
      .then(prices({ USD: { amount: '1', origin: 'manual' } }));
  });

  it('has another price where only its currency is another', () => {
    const basePrice = { ...created.data.basePrice, currency: 'USD' as const };
    given(Package, [created])
      .when((state) => changePackage(state, { basePrice }))
      .then({ type: 'PackagePriceChanged', data: { basePrice } });
  });

  it('records only what changed', () => {
    given(Package, [created])
      .when((state) => changePackage(state, { ...minimal, names: { az: 'Steam 20' }, status: 'active' }))
      .then({
        type: 'PackageChanged',
        data: { names: { en: 'Steam $20 Global', ru: null, az: 'Steam 20' } },
      });
    given(Package, [created])
      .when((state) => changePackage(state, { ...minimal, status: 'active', hold: false }))
      .thenNothing();
  });

  it('is not changed before it exists or after it is gone', () => {
    for (const events of [[], [created, deleted]]) {
      given(Package, events)
        .when((state) => changePackage(state, { status: 'inactive' }))
        .thenRejected('PackageNotFound');
      given(Package, events)
        .when((state) => setExplicitPrices(state, { prices: {}, origin: 'manual' }))
        .thenRejected('PackageNotFound');
    }
  });

  it('is deleted once', () => {
    given(Package, [created]).when(deletePackage).then(deleted);
    given(Package, [created, deleted]).when(deletePackage).thenNothing();
    given(Package, []).when(deletePackage).thenRejected('PackageNotFound');
  });
});

describe('explicit prices', () => {
  const manual = prices({ USD: { amount: '2000', origin: 'manual' } });

  it('are set beside those that stand, and null takes one away', () => {
    given(Package, [created, manual])
      .when((state) => setExplicitPrices(state, { prices: { EUR: '1890' }, origin: 'manual' }))
      .then(prices({ USD: { amount: '2000', origin: 'manual' }, EUR: { amount: '1890', origin: 'manual' } }));
    given(Package, [created, manual])
      .when((state) => setExplicitPrices(state, { prices: { USD: null }, origin: 'manual' }))
      .then(prices({}));
  });

  it('that were converted go when the base price they were made from does', () => {
    const both = prices({
      USD: { amount: '2000', origin: 'manual' },
      EUR: { amount: '1890', origin: 'converted' },
      TRY: { amount: '68000', origin: 'converted' },
    });
    given(Package, [created, both])
      .when((state) => changePackage(state, { basePrice: { amount: '6800', currency: 'AZN' } }))
      .then(
        { type: 'PackagePriceChanged', data: { basePrice: { amount: '6800', currency: 'AZN' } } },
        manual,
      );
    given(Package, [created, both])
      .when((state) => changePackage(state, { basePrice: created.data.basePrice }))
      .thenNothing();
  });

  it('that were set by hand give way to a new base price in their currency, unless they come with it', () => {
    const basePrice = { amount: '2500', currency: 'USD' } as const;
    const changed: PackageEvent = { type: 'PackagePriceChanged', data: { basePrice } };
    const both = prices({
      USD: { amount: '2000', origin: 'manual' },
      EUR: { amount: '1890', origin: 'manual' },
    });
    given(Package, [created, both])
      .when((state) => changePackage(state, { basePrice }))
      .then(changed, prices({ EUR: { amount: '1890', origin: 'manual' } }));
    given(Package, [created, both])
      .when((state) => changePackage(state, { basePrice, explicitPrices: { USD: '2000' } }))
      .then(changed);
  });

  it('that were set by hand are not converted away, unless that is asked for', () => {
    const conversion = { prices: { USD: '1999', EUR: '1800' }, origin: 'converted' } as const;
    given(Package, [created, manual])
      .when((state) => setExplicitPrices(state, conversion))
      .then(
        prices({ USD: { amount: '2000', origin: 'manual' }, EUR: { amount: '1800', origin: 'converted' } }),
      );
    given(Package, [created, manual])
      .when((state) => setExplicitPrices(state, { ...conversion, overwrite: true }))
      .then(
        prices({
          USD: { amount: '1999', origin: 'converted' },
          EUR: { amount: '1800', origin: 'converted' },
        }),
      );
  });

  it('of a conversion are recorded with its rates', () => {
    const rates = [
      { currency: 'EUR', azn: '1.9', source: 'feed', effectiveDate: '2026-03-02', revision: 4 },
    ] as const;
    given(Package, [created])
      .when((state) => setExplicitPrices(state, { prices: { EUR: '1789' }, origin: 'converted', rates }))
      .then({
        type: 'PackageExplicitPricesSet',
        data: { explicitPrices: { EUR: { amount: '1789', origin: 'converted' } }, rates },
      });
  });

  it('of a conversion go when it comes to nothing, those that were set by hand never', () => {
    const nothing = { prices: { USD: null, EUR: null }, origin: 'converted', overwrite: true } as const;
    given(Package, [
      created,
      prices({ USD: { amount: '2000', origin: 'manual' }, EUR: { amount: '1890', origin: 'converted' } }),
    ])
      .when((state) => setExplicitPrices(state, nothing))
      .then(manual);
  });

  it('that stand already are not written again', () => {
    given(Package, [created, manual])
      .when((state) => setExplicitPrices(state, { prices: { USD: '2000', EUR: null }, origin: 'manual' }))
      .thenNothing();
  });

  it('are written where only the amount is another', () => {
    given(Package, [created, manual])
      .when((state) => setExplicitPrices(state, { prices: { USD: '2001' }, origin: 'manual' }))
      .then(prices({ USD: { amount: '2001', origin: 'manual' } }));
  });

  it('of a conversion can be confirmed by hand', () => {
    given(Package, [created, prices({ USD: { amount: '2000', origin: 'converted' } })])
      .when((state) => setExplicitPrices(state, { prices: { USD: '2000' }, origin: 'manual' }))
      .then(manual);
  });

  it('refuse what is no price', () => {
    given(Package, [created])
      .when((state) => setExplicitPrices(state, { prices: { USD: '1.5' }, origin: 'manual' }))
      .thenRejected('InvalidPrice', { field: 'USD' });
    for (const amount of ['1', null]) {
      given(Package, [created])
        .when((state) => setExplicitPrices(state, { prices: { XXX: amount } as object, origin: 'manual' }))
        .thenRejected('InvalidPrice', { field: 'XXX' });
    }
  });
});
