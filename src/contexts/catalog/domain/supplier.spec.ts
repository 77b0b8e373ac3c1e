import { given } from '../../../../test/support/given.js';
import type { SupplierEvent } from '../events/supplier.events.js';
import { changeSupplier, deleteSupplier, registerSupplier } from './supplier.decider.js';
import { Supplier } from './supplier.js';

const registered: SupplierEvent = {
  type: 'SupplierRegistered',
  data: { publicId: 5, name: 'Acme', country: 'Turkey', contactEmail: 'a@acme.example', status: 'active' },
};
const deleted: SupplierEvent = { type: 'SupplierDeleted', data: {} };

describe('a supplier', () => {
  it('is registered with what is known of it', () => {
    given(Supplier, [])
      .when((state) =>
        registerSupplier(state, {
          publicId: 5,
          name: ' Acme ',
          country: 'Turkey',
          contactEmail: 'a@acme.example',
          status: undefined,
        }),
      )
      .then(registered);
  });

  it('is registered once', () => {
    given(Supplier, [registered])
      .when((state) => registerSupplier(state, { publicId: 6, name: 'Acme' }))
      .thenNothing();
  });

  it.each([
    ['InvalidName', { name: ' ' }],
    ['InvalidName', { name: 'x'.repeat(201) }],
    ['InvalidName', { name: 'a\u0000b' }],
    ['InvalidName', { name: 'a\ud800b' }],
    ['InvalidCountry', { name: 'Acme', country: 'x'.repeat(101) }],
    ['InvalidEmail', { name: 'Acme', contactEmail: 'acme.example' }],
    ['InvalidEmail', { name: 'Acme', contactEmail: 'sales@-acme.example' }],
    ['InvalidEmail', { name: 'Acme', contactEmail: `${'x'.repeat(250)}@a.example` }],
  ])('is refused with %s', (code, fields) => {
    given(Supplier, [])
      .when((state) => registerSupplier(state, { publicId: 5, ...fields }))
      .thenRejected(code);
  });

  it('may have a name of 200 code points outside the basic plane', () => {
    const name = '🎮'.repeat(200);
    given(Supplier, [])
      .when((state) => registerSupplier(state, { publicId: 5, name }))
      .then({
        type: 'SupplierRegistered',
        data: { publicId: 5, name, country: null, contactEmail: null, status: 'active' },
      });
  });

  it('records only what changed', () => {
    given(Supplier, [registered])
      .when((state) => changeSupplier(state, { name: 'Acme', country: '', status: 'inactive' }))
      .then({ type: 'SupplierChanged', data: { country: null, status: 'inactive' } });
    given(Supplier, [registered])
      .when((state) => changeSupplier(state, { name: 'Acme' }))
      .thenNothing();
  });

  it('is not changed before it exists or after it is gone', () => {
    for (const events of [[], [registered, deleted]])
      given(Supplier, events)
        .when((state) => changeSupplier(state, { name: 'Other' }))
        .thenRejected('SupplierNotFound');
  });

  it('is deleted once', () => {
    given(Supplier, [registered]).when(deleteSupplier).then(deleted);
    given(Supplier, [registered, deleted]).when(deleteSupplier).thenNothing();
    given(Supplier, []).when(deleteSupplier).thenRejected('SupplierNotFound');
  });
});
