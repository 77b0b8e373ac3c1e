import { foldEvents, given } from '../../../../test/support/given.js';
import { registered } from '../../../../test/support/partner-history.js';
import type { PartnerEvent } from '../events/partner.events.js';
import { validPasswords } from './account.js';
import {
  blockPartner,
  changeEmail,
  deletePartner,
  setAccess,
  setApiKey,
  setCurrencies,
  setPassword,
  updatePartner,
} from './partner.decider.js';
import { Partner } from './partner.js';

const password = (changeId: string, previousValidUntil: string | null = null) => ({
  changeId,
  plain: `sealed ${changeId}`,
  md5: `sealed md5 ${changeId}`,
  previousValidUntil,
});
const passwordSet = (changeId: string, validUntil: string | null = null): PartnerEvent => ({
  type: 'PartnerPasswordSet',
  data: password(changeId, validUntil),
});
const apiKey = (changeId: string, hash = changeId) => ({
  changeId,
  apiKeyId: `id ${changeId}`,
  hash,
  sealed: `sealed ${changeId}`,
  previousValidUntil: null,
});
const partner = given(Partner, [registered]);
const nobody = given(Partner, []);
const deleted = given(Partner, [
  registered,
  { type: 'PartnerStatusChanged', data: { status: 'deleted', reason: null } },
]);

describe('updating a partner', () => {
  it('writes each group of fields that changes, whole', () => {
    partner
      .when((state) =>
        updatePartner(state, {
          name: 'PayNet AZ',
          language: 'az',
          billingMode: 'prepaid',
          markupPercent: '2.5',
          maxOpenReservations: 5,
          ipAllowlist: ['10.0.0.1'],
          status: 'inactive',
        }),
      )
      .then(
        {
          type: 'PartnerProfileChanged',
          data: { name: 'PayNet AZ', logoUrl: null, supportEmail: null, managerId: null, language: 'az' },
        },
        { type: 'PartnerBillingChanged', data: { billingMode: 'prepaid', creditLimit: null } },
        { type: 'PartnerPricingChanged', data: { markupPercent: '2.5', commissionPercent: '0' } },
        { type: 'PartnerLimitsChanged', data: { revealOn: 'reserve', maxOpenReservations: 5 } },
        { type: 'PartnerIpAllowlistChanged', data: { ipAllowlist: ['10.0.0.1'] } },
        { type: 'PartnerStatusChanged', data: { status: 'inactive', reason: null } },
      );
  });

  it('writes nothing when everything stands already', () => {
    partner
      .when((state) =>
        updatePartner(state, { name: 'PayNet', creditLimit: null, status: 'active', ipAllowlist: [] }),
      )
      .thenNothing();
    partner.when((state) => updatePartner(state, {})).thenNothing();
  });

  it('takes a credit limit away with null', () => {
    given(Partner, [
      registered,
      { type: 'PartnerBillingChanged', data: { billingMode: 'prepaid', creditLimit: '500' } },
    ])
      .when((state) => updatePartner(state, { creditLimit: null }))
      .then({ type: 'PartnerBillingChanged', data: { billingMode: 'prepaid', creditLimit: null } });
  });

  it.each([
    ['name', { name: '  ' }],
    ['name', { name: 'a\nb' }],
    ['name', { name: 'half \ud83d' }],
    ['logo_url', { logoUrl: 'javascript:alert(1)' }],
    ['logo_url', { logoUrl: 'https://user:pw@elsewhere.example/logo.png' }],
    ['support_email', { supportEmail: 'nobody' }],
    ['credit_limit', { creditLimit: '-5' }],
    ['credit_limit', { creditLimit: '9'.repeat(17) }],
    ['markup_percent', { markupPercent: '-100' }],
    ['markup_percent', { markupPercent: 'NaN' }],
    ['markup_percent', { markupPercent: '1000.01' }],
    ['credit_limit', { creditLimit: `1${'0'.repeat(14)}1` }],
    ['balance_alert_below', { balanceAlerts: { AZN: '-1' } }],
    ['balance_alert_below', { balanceAlerts: { BTC: '1' } }],
    ['max_open_reservations', { maxOpenReservations: -1 }],
    ['max_open_reservations', { maxOpenReservations: 1_000_001 }],
    ['commission_percent', { commissionPercent: '100.01' }],
    ['commission_percent', { commissionPercent: '-1' }],
    ['max_open_reservations', { maxOpenReservations: 1.5 }],
    ['ip_allowlist', { ipAllowlist: Array.from({ length: 201 }, () => '10.0.0.1') }],
  ])('refuses an impossible %s: %p', (field, changes) => {
    partner
      .when((state) => updatePartner(state, changes))
      .thenRejected('InvalidField', { field, rule: expect.any(String) });
  });

  it.each([
    ['PartnerPricingChanged', { markupPercent: '1000.00', commissionPercent: '100.00' }],
    ['PartnerPricingChanged', { markupPercent: '-99.99', commissionPercent: '0.00' }],
    ['PartnerBillingChanged', { billingMode: 'postpaid', creditLimit: `1${'0'.repeat(15)}` }],
    ['PartnerLimitsChanged', { revealOn: 'reserve', maxOpenReservations: 0 }],
    ['PartnerLimitsChanged', { revealOn: 'reserve', maxOpenReservations: 1_000_000 }],
    ['PartnerBalanceAlertsChanged', { balanceAlerts: { AZN: '0', USD: '500' } }],
  ] as const)('takes the last that is possible: %s to %j', (type, data) => {
    partner.when((state) => updatePartner(state, data)).then({ type, data } as PartnerEvent);
  });

  it('writes alerts of the balance only when another one is wanted', () => {
    const alerts: PartnerEvent = {
      type: 'PartnerBalanceAlertsChanged',
      data: { balanceAlerts: { AZN: '100', USD: '500' } },
    };
    const alerted = given(Partner, [registered, alerts]);
    alerted
      .when((state) => updatePartner(state, { balanceAlerts: { USD: '500', AZN: '100' } }))
      .thenNothing();
    alerted
      .when((state) => updatePartner(state, { balanceAlerts: { AZN: '100', USD: '501' } }))
      .then({ ...alerts, data: { balanceAlerts: { AZN: '100', USD: '501' } } });
    alerted
      .when((state) => updatePartner(state, { balanceAlerts: { AZN: '100' } }))
      .then({ ...alerts, data: { balanceAlerts: { AZN: '100' } } });
  });

  it('knows only partners that exist', () => {
    nobody.when((state) => updatePartner(state, { name: 'X' })).thenRejected('PartnerUnknown');
    deleted.when((state) => updatePartner(state, { status: 'active' })).thenRejected('PartnerDeleted');
  });
});

describe('blocking a partner', () => {
  it('happens once', () => {
    const blocked: PartnerEvent = {
      type: 'PartnerStatusChanged',
      data: { status: 'blocked', reason: 'fraud' },
    };
    partner.when((state) => blockPartner(state, 'fraud')).then(blocked);
    given(Partner, [registered, blocked])
      .when((state) => blockPartner(state, 'again'))
      .thenNothing();
    partner.when((state) => blockPartner(state, 'x'.repeat(501))).thenRejected('InvalidField');
    deleted.when((state) => blockPartner(state, null)).thenRejected('PartnerDeleted');
  });
});

describe('deleting a partner', () => {
  it('happens once, and not while money is held for a reservation or a sale', () => {
    partner
      .when((state) => deletePartner(state, 0))
      .then({ type: 'PartnerStatusChanged', data: { status: 'deleted', reason: null } });
    partner.when((state) => deletePartner(state, 1)).thenRejected('PartnerHasReservations');
    deleted.when((state) => deletePartner(state, 0)).thenRejected('PartnerDeleted');
    nobody.when((state) => deletePartner(state, 0)).thenRejected('PartnerUnknown');
  });

  it('is the end of all changes', () => {
    const access = { allProducts: true, productIds: ['a'], packageIds: null };
    for (const [who, refusal] of [
      [deleted, 'PartnerDeleted'],
      [nobody, 'PartnerUnknown'],
    ] as const) {
      who.when((state) => setAccess(state, access)).thenRejected(refusal);
      who.when((state) => setCurrencies(state, { allowedCurrencies: ['AZN'] })).thenRejected(refusal);
      who.when((state) => setPassword(state, password('one'))).thenRejected(refusal);
      who.when((state) => setApiKey(state, apiKey('k'))).thenRejected(refusal);
    }
  });
});

describe('passwords and API keys', () => {
  it('are set once per command', () => {
    partner.when((state) => setPassword(state, password('one'))).then(passwordSet('one'));
    given(Partner, [registered, passwordSet('one')])
      .when((state) => setPassword(state, password('one')))
      .thenNothing();
    partner
      .when((state) => setApiKey(state, apiKey('k')))
      .then({ type: 'PartnerApiKeySet', data: apiKey('k') });
    const withKey = given(Partner, [registered, { type: 'PartnerApiKeySet', data: apiKey('k') }]);
    withKey.when((state) => setApiKey(state, apiKey('k', 'other'))).thenNothing();
    withKey.when((state) => setApiKey(state, apiKey('k2', 'k'))).thenNothing();
  });

  it('an e-mail address is changed once per command, and not to itself', () => {
    const change = (changeId: string, hash: string | null) => ({
      changeId,
      email: hash === null ? null : { sealed: `sealed ${hash}`, hash },
    });
    const changed: PartnerEvent = { type: 'PartnerEmailChanged', data: change('one', 'a') };
    partner.when((state) => changeEmail(state, change('one', 'a'))).then(changed);
    const withEmail = given(Partner, [registered, changed]);
    withEmail.when((state) => changeEmail(state, change('one', 'b'))).thenNothing();
    withEmail.when((state) => changeEmail(state, change('two', 'a'))).thenNothing();
    withEmail
      .when((state) => changeEmail(state, change('two', null)))
      .then({ type: 'PartnerEmailChanged', data: change('two', null) });
    given(Partner, [])
      .when((state) => changeEmail(state, change('one', 'a')))
      .thenRejected('PartnerUnknown');
  });

  it('the old password is good until the overlap ends, and only the last one', () => {
    const until = '2026-01-02T00:00:00.000Z';
    const state = foldEvents(Partner, [
      registered,
      passwordSet('one'),
      passwordSet('two', until),
      passwordSet('three', until),
    ]);
    const good = (at: string) => validPasswords(state, Date.parse(at)).map(({ changeId }) => changeId);
    expect(good('2026-01-01T23:59:59.999Z')).toEqual(['three', 'two']);
    expect(good(until)).toEqual(['three']);
    const cut = foldEvents(Partner, [registered, passwordSet('one'), passwordSet('two')]);
    expect(validPasswords(cut, 0).map(({ changeId }) => changeId)).toEqual(['two']);
  });

  it('tokens grow void with each new password and each change of status, and with nothing else', () => {
    const epochs = [
      registered,
      passwordSet('one'),
      { type: 'PartnerPricingChanged', data: { markupPercent: '1', commissionPercent: '0' } } as const,
      { type: 'PartnerStatusChanged', data: { status: 'blocked', reason: null } } as const,
    ].map((_, index, all) => foldEvents(Partner, all.slice(0, index + 1)).credentialEpoch);
    expect(epochs).toEqual([0, 1, 1, 3]);
  });
});
