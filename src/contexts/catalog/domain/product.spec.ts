import { given } from '../../../../test/support/given.js';
import type { ProductEvent } from '../events/product.events.js';
import { changeProduct, createProduct, deleteProduct } from './product.decider.js';
import { Product } from './product.js';

const created: ProductEvent = {
  type: 'ProductCreated',
  data: {
    publicId: 42,
    names: { en: 'Steam Wallet $20', ru: null, az: null },
    supplierId: 'supplier',
    categoryId: null,
    status: 'active',
    position: null,
    imageUrl: null,
    thumbnailUrl: null,
    instructions: { en: 'Open Steam.\n\tRedeem.', ru: null, az: null },
    keyFormat: 'normalized',
  },
};
const deleted: ProductEvent = { type: 'ProductDeleted', data: {} };
const minimal = {
  publicId: 42,
  names: { en: 'Steam Wallet $20' },
  supplierId: 'supplier',
  instructions: { en: 'Open Steam.\n\tRedeem.' },
};

describe('a product', () => {
  it('is created with defaults for what is not said, once', () => {
    given(Product, [])
      .when((state) => createProduct(state, minimal))
      .then(created);
    given(Product, [created])
      .when((state) => createProduct(state, { ...minimal, publicId: 43 }))
      .thenNothing();
  });

  it.each([
    ['InvalidName', { names: { en: 'x', ru: 'y\n' + 'z' } }],
    ['InvalidPosition', { position: 1.5 }],
    ['InvalidPosition', { position: 1e12 }],
    ['InvalidUrl', { imageUrl: 'javascript:alert(1)' }],
    ['InvalidUrl', { thumbnailUrl: 'https://a.example/ b' }],
    ['InvalidUrl', { imageUrl: 'https://user:pw@a.example/a.png' }],
    ['InvalidUrl', { thumbnailUrl: '/uploads/../a.png' }],
    ['InvalidUrl', { imageUrl: `https://a.example/${'x'.repeat(2048)}` }],
    ['InvalidInstructions', { instructions: { az: 'x'.repeat(10_001) } }],
    ['InvalidInstructions', { instructions: { ru: 'bell\u0007' } }],
  ])('is refused with %s', (code, fields) => {
    given(Product, [])
      .when((state) => createProduct(state, { ...minimal, ...fields }))
      .thenRejected(code);
    given(Product, [created])
      .when((state) => changeProduct(state, fields))
      .thenRejected(code);
  });

  it('takes images from the web and from our uploads', () => {
    given(Product, [created])
      .when((state) =>
        changeProduct(state, { imageUrl: 'https://a.example/a.png', thumbnailUrl: '/uploads/a.png' }),
      )
      .then({
        type: 'ProductChanged',
        data: { imageUrl: 'https://a.example/a.png', thumbnailUrl: '/uploads/a.png' },
      });
  });

  it('keeps the languages that a change does not name, and drops what null takes away', () => {
    given(Product, [created])
      .when((state) => changeProduct(state, { names: { ru: 'Кошелёк' }, instructions: { en: null } }))
      .then({
        type: 'ProductChanged',
        data: {
          names: { en: 'Steam Wallet $20', ru: 'Кошелёк', az: null },
          instructions: { en: null, ru: null, az: null },
        },
      });
  });

  it('records nothing when nothing changes', () => {
    given(Product, [created])
      .when((state) => changeProduct(state, { ...minimal, status: 'active', position: undefined }))
      .thenNothing();
  });

  it('is not changed before it exists or after it is gone', () => {
    for (const events of [[], [created, deleted]])
      given(Product, events)
        .when((state) => changeProduct(state, { status: 'inactive' }))
        .thenRejected('ProductNotFound');
  });

  it('is deleted once', () => {
    given(Product, [created]).when(deleteProduct).then(deleted);
    given(Product, [created, deleted]).when(deleteProduct).thenNothing();
    given(Product, []).when(deleteProduct).thenRejected('ProductNotFound');
  });
});
