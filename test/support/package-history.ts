import type { PackageEvent } from '../../src/contexts/catalog/events/package.events.js';

type PackageCreated = Extract<PackageEvent, { type: 'PackageCreated' }>;

/** A package with nothing special about it, and what else is given. */
export const packageCreated = (more: Partial<PackageCreated['data']> = {}): PackageCreated => ({
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
    ...more,
  },
});
