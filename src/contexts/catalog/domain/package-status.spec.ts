import fc from 'fast-check';
import { foldEvents, given } from '../../../../test/support/given.js';
import { packageCreated } from '../../../../test/support/package-history.js';
import type { PackageEvent } from '../events/package.events.js';
import { activateForStock, changePackage, deactivateForStock, setExplicitPrices } from './package.decider.js';
import { isPackageOffered, Package, type PackageState } from './package.js';

const created = packageCreated();
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

  it("that comes in on hold takes an admin's word back, so that the package is on when the hold is lifted", () => {
    given(Package, [created, deactivated('admin'), held])
      .when(activateForStock)
      .then(deactivated('stock'));
    given(Package, [created, deactivated('admin'), held, deactivated('stock')])
      .when((state) => changePackage(state, { status: 'inactive' }))
      .then(deactivated('admin'));
    given(Package, [created, held]).when(activateForStock).thenNothing();
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
    fc.property(fc.array(command, { maxLength: 12, size: 'max' }), (commands) => {
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
