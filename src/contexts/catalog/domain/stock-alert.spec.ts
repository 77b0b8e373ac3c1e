import { given } from '../../../../test/support/given.js';
import { packageCreated } from '../../../../test/support/package-history.js';
import type { PackageEvent } from '../events/package.events.js';
import { changePackage, createPackage } from './package.decider.js';
import { Package, type PackageState } from './package.js';
import { watchStock } from './stock-alert.decider.js';

const created = (lowStockThreshold?: number | null): PackageEvent =>
  packageCreated(lowStockThreshold === undefined ? {} : { lowStockThreshold });
const low = (alert: number, available: number, threshold = 5): PackageEvent => ({
  type: 'PackageStockLow',
  data: { alert, available, threshold },
});
const refilled = (alert: number, available: number): PackageEvent => ({
  type: 'PackageStockRefilled',
  data: { alert, available },
});
const withdrawn = (alert: number): PackageEvent => ({ type: 'PackageStockAlertWithdrawn', data: { alert } });
const changed = (data: object): PackageEvent => ({ type: 'PackageChanged', data });
const at = (available: number) => (state: PackageState) => watchStock(state, available);

describe('an alert of low stock', () => {
  it.each([5, 4, 0])('is raised at the threshold and below: %i of 5', (available) => {
    given(Package, [created(5)])
      .when(at(available))
      .then(low(1, available));
  });

  it('is not raised above it, nor where there is none', () => {
    given(Package, [created(5)])
      .when(at(6))
      .thenNothing();
    for (const none of [null, undefined])
      given(Package, [created(none)])
        .when(at(0))
        .thenNothing();
  });

  it.each([5, 3, 0])('that is open is not raised again: %i of 5', (available) => {
    given(Package, [created(5), low(1, 5)])
      .when(at(available))
      .thenNothing();
  });

  it('ends above the threshold, and the next one has the next number', () => {
    given(Package, [created(5), low(1, 5)])
      .when(at(6))
      .then(refilled(1, 6));
    given(Package, [created(5), low(1, 5), refilled(1, 6)])
      .when(at(6))
      .thenNothing();
    given(Package, [created(5), low(1, 5), refilled(1, 6)])
      .when(at(4))
      .then(low(2, 4));
  });

  it('is withdrawn when its threshold changes, and raised anew if the new one is reached', () => {
    const history = [created(5), low(1, 5)];
    given(Package, [...history, changed({ lowStockThreshold: 4 })])
      .when(at(5))
      .then(withdrawn(1));
    given(Package, [...history, changed({ lowStockThreshold: 9 })])
      .when(at(5))
      .then(withdrawn(1), low(2, 5, 9));
    given(Package, [...history, changed({ lowStockThreshold: null })])
      .when(at(5))
      .then(withdrawn(1));
  });

  it('is of packages that are there and sold from stock', () => {
    for (const gone of [changed({ fulfilment: 'service' }), { type: 'PackageDeleted', data: {} } as const]) {
      given(Package, [created(5), gone])
        .when(at(0))
        .thenNothing();
      given(Package, [created(5), low(1, 5), gone])
        .when(at(0))
        .then(withdrawn(1));
      given(Package, [created(5), low(1, 5), gone, withdrawn(1)])
        .when(at(0))
        .thenNothing();
    }
    given(Package, []).when(at(0)).thenNothing();
  });
});

describe('the threshold', () => {
  const fields = {
    publicId: 101,
    productId: 'product',
    supplierId: 'supplier',
    names: { en: 'Steam $20 Global' },
    basePrice: { amount: '3400', currency: 'AZN' } as const,
  };

  it('is set with the package, changed and taken away', () => {
    given(Package, [])
      .when((state) => createPackage(state, { ...fields, lowStockThreshold: 5 }))
      .then(created(5));
    given(Package, [created(5)])
      .when((state) => changePackage(state, { lowStockThreshold: null }))
      .then(changed({ lowStockThreshold: null }));
    given(Package, [created()])
      .when((state) => changePackage(state, { lowStockThreshold: 1_000_000 }))
      .then(changed({ lowStockThreshold: 1_000_000 }));
    given(Package, [created()])
      .when((state) => changePackage(state, { lowStockThreshold: null }))
      .thenNothing();
  });

  it.each([0, -1, 1.5, 1_000_001, Number.NaN])('is no such number as %d', (lowStockThreshold) => {
    given(Package, [created()])
      .when((state) => changePackage(state, { lowStockThreshold }))
      .thenRejected('InvalidThreshold');
  });
});
