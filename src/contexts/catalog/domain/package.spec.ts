import fc from 'fast-check';
import { foldEvents, given } from '../../../../test/support/given.js';
import type { PackageEvent } from '../events/package.events.js';
import {
  activateForStock,
  changePackage,
  createPackage,
  deactivateForStock,
  deletePackage,
  type NewPackage,
  setExplicitPrices,
} from './package.decider.js';
import { isPackageOffered, Package, type PackageState } from './package.js';

const minimal: NewPackage & { publicId: number } = {
  publicId: 101,
  productId: 'product',
  supplierId: 'supplier',
  names: { en: 'Steam $20 Global' },
  basePrice: { amount: '3400', currency: 'AZN' },
};
const created: PackageEvent = {
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
const activated = (because: 'admin' | 'stock'): PackageEvent => ({
  type: 'PackageActivated',
  data: { because },
});
const deactivated = (because: 'admin' | 'stock'): PackageEvent => ({
  type: 'PackageDeactivated',
  data: { because },
});
const held: PackageEvent = { type: 'PackageHeld', data: {} };
const holdLifted: PackageEvent = { type: 'PackageHoldLifted', data: {} };
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
      .thenRejected('InvalidPrice', { currency: 'USD' });
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

  it('that stand already are not written again', () => {
    given(Package, [created, manual])
      .when((state) => setExplicitPrices(state, { prices: { USD: '2000', EUR: null }, origin: 'manual' }))
      .thenNothing();
  });

  it('of a conversion can be confirmed by hand', () => {
    given(Package, [created, prices({ USD: { amount: '2000', origin: 'converted' } })])
      .when((state) => setExplicitPrices(state, { prices: { USD: '2000' }, origin: 'manual' }))
      .then(manual);
  });

  it('refuse what is no price', () => {
    given(Package, [created])
      .when((state) => setExplicitPrices(state, { prices: { USD: '1.5' }, origin: 'manual' }))
      .thenRejected('InvalidPrice', { currency: 'USD' });
  });
});

describe('stock', () => {
  it('switches a package off with its last key and on with new ones', () => {
    given(Package, [created]).when(deactivateForStock).then(deactivated('stock'));
    given(Package, [created, deactivated('stock')])
      .when(activateForStock)
      .then(activated('stock'));
  });

  it('says nothing twice', () => {
    given(Package, [created]).when(activateForStock).thenNothing();
    given(Package, [created, deactivated('stock')])
      .when(deactivateForStock)
      .thenNothing();
  });

  it('that comes in switches on what an admin had switched off, as documented', () => {
    given(Package, [created, deactivated('admin')])
      .when(activateForStock)
      .then(activated('stock'));
  });

  it('does not lift a hold', () => {
    given(Package, [created, deactivated('stock'), held])
      .when(activateForStock)
      .thenNothing();
    given(Package, [created, deactivated('stock'), held, holdLifted])
      .when(activateForStock)
      .then(activated('stock'));
  });

  it('does not hide that an admin switched the package off', () => {
    given(Package, [created, deactivated('admin')])
      .when(deactivateForStock)
      .thenNothing();
    given(Package, [created, deactivated('stock')])
      .when((state) => changePackage(state, { status: 'inactive' }))
      .then(deactivated('admin'));
  });

  it('means nothing to what is fulfilled otherwise, or gone', () => {
    const service = { ...created, data: { ...created.data, fulfilment: 'service' } } as PackageEvent;
    given(Package, [service]).when(deactivateForStock).thenNothing();
    given(Package, [created, deleted]).when(deactivateForStock).thenNothing();
    given(Package, [created, deactivated('admin'), deleted])
      .when(activateForStock)
      .thenNothing();
    given(Package, []).when(activateForStock).thenNothing();
  });
});

describe('an admin', () => {
  it('switches a package on and off, holds it and lifts the hold', () => {
    given(Package, [created])
      .when((state) => changePackage(state, { hold: true, status: 'inactive' }))
      .then(held, deactivated('admin'));
    given(Package, [created, held, deactivated('admin')])
      .when((state) => changePackage(state, { hold: false, status: 'active' }))
      .then(holdLifted, activated('admin'));
  });

  it('decides whether a package is offered; an empty stock does not', () => {
    const offered = (...events: PackageEvent[]) => isPackageOffered(foldEvents(Package, events));
    expect(offered()).toBe(false);
    expect(offered(created)).toBe(true);
    expect(offered(created, deactivated('stock'))).toBe(true);
    expect(offered(created, deactivated('admin'))).toBe(false);
    expect(offered(created, held)).toBe(false);
    expect(offered(created, deleted)).toBe(false);
  });
});

it('any command given twice changes nothing more', () => {
  const fold = (state: PackageState, events: readonly PackageEvent[]) =>
    events.reduce((now, event) => Package.evolve(now, event, { revision: 0 }), state);
  const amount = fc.constantFrom(undefined, null, '100', '200');
  const status = fc.constantFrom('active' as const, 'inactive' as const, undefined);
  const command = fc.oneof(
    fc
      .record({
        status,
        hold: fc.constantFrom(true, false, undefined),
        names: fc.record({ ru: fc.string() }),
      })
      .map((changes) => (state: PackageState) => changePackage(state, changes)),
    fc
      .record({ USD: amount, EUR: amount, origin: fc.constantFrom('manual' as const, 'converted' as const) })
      .map(({ USD, EUR, origin }) => {
        const given = Object.fromEntries(
          Object.entries({ USD, EUR }).filter(([, value]) => value !== undefined),
        );
        return (state: PackageState) => setExplicitPrices(state, { prices: given, origin });
      }),
    fc.constantFrom(activateForStock, deactivateForStock),
  );
  fc.assert(
    fc.property(fc.array(command, { maxLength: 12 }), (commands) => {
      let state = foldEvents(Package, [created]);
      for (const decide of commands) {
        const events = decide(state);
        if (!Array.isArray(events)) continue;
        state = fold(state, events);
        expect(decide(state)).toEqual([]);
        expect(state.inactiveBecause === null).toBe(state.status === 'active');
      }
    }),
  );
});
