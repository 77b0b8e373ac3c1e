import type { PartnerEvent } from '../../src/contexts/partners/events/partner.events.js';

/** A partner with the terms that it has from the start. */
export const registered: PartnerEvent = {
  type: 'PartnerRegistered',
  data: {
    planId: 'plan-1',
    publicId: 7,
    name: 'PayNet',
    login: 'paynet',
    logoUrl: null,
    supportEmail: null,
    managerId: null,
    referrerId: null,
    email: null,
    phone: null,
    status: 'active',
    defaultCurrency: 'AZN',
    allowedCurrencies: ['AZN', 'USD', 'EUR', 'TRY', 'RUB'],
    billingMode: 'postpaid',
    creditLimit: null,
    revealOn: 'reserve',
    maxOpenReservations: 10_000,
  },
};
