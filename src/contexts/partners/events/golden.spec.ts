import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { foldEvents } from '../../../../test/support/given.js';
import type { DomainEvent } from '../../../platform/kernel/aggregate.js';
import { Claim } from '../domain/claim.js';
import { Partner } from '../domain/partner.js';
import { Staff } from '../domain/staff.js';
import type { ClaimEvent } from './claim.events.js';
import type { PartnerEvent } from './partner.events.js';
import type { StaffEvent } from './staff.events.js';

const FOLDER = join(__dirname, 'golden');

/** A stored sample, exactly as the log holds it. */
function sample<E extends DomainEvent>(type: E['type']): E {
  return JSON.parse(readFileSync(join(FOLDER, `${type}.v1.json`), 'utf8')) as E;
}

// Complete by type: an event without a sample does not compile, one without a file does not run.
const partners = {
  PartnerRegistered: sample<PartnerEvent>('PartnerRegistered'),
  PartnerPasswordSet: sample<PartnerEvent>('PartnerPasswordSet'),
  PartnerApiKeySet: sample<PartnerEvent>('PartnerApiKeySet'),
  PartnerEmailChanged: sample<PartnerEvent>('PartnerEmailChanged'),
  PartnerStatusChanged: sample<PartnerEvent>('PartnerStatusChanged'),
  PartnerProfileChanged: sample<PartnerEvent>('PartnerProfileChanged'),
  PartnerBillingChanged: sample<PartnerEvent>('PartnerBillingChanged'),
  PartnerCurrenciesChanged: sample<PartnerEvent>('PartnerCurrenciesChanged'),
  PartnerPricingChanged: sample<PartnerEvent>('PartnerPricingChanged'),
  PartnerAccessChanged: sample<PartnerEvent>('PartnerAccessChanged'),
  PartnerIpAllowlistChanged: sample<PartnerEvent>('PartnerIpAllowlistChanged'),
  PartnerLimitsChanged: sample<PartnerEvent>('PartnerLimitsChanged'),
  PartnerBalanceAlertsChanged: sample<PartnerEvent>('PartnerBalanceAlertsChanged'),
  PartnerRegistrationRefused: sample<PartnerEvent>('PartnerRegistrationRefused'),
} satisfies Record<PartnerEvent['type'], PartnerEvent>;
const staff = {
  StaffRegistered: sample<StaffEvent>('StaffRegistered'),
  StaffPasswordSet: sample<StaffEvent>('StaffPasswordSet'),
  StaffProfileChanged: sample<StaffEvent>('StaffProfileChanged'),
  StaffRoleChanged: sample<StaffEvent>('StaffRoleChanged'),
  StaffStatusChanged: sample<StaffEvent>('StaffStatusChanged'),
  StaffTotpEnrolled: sample<StaffEvent>('StaffTotpEnrolled'),
  StaffTotpConfirmed: sample<StaffEvent>('StaffTotpConfirmed'),
  StaffTotpUsed: sample<StaffEvent>('StaffTotpUsed'),
  StaffTotpDisabled: sample<StaffEvent>('StaffTotpDisabled'),
  StaffRegistrationRefused: sample<StaffEvent>('StaffRegistrationRefused'),
} satisfies Record<StaffEvent['type'], StaffEvent>;
const claims = {
  LoginClaimed: sample<ClaimEvent>('LoginClaimed'),
  EmailClaimed: sample<ClaimEvent>('EmailClaimed'),
  PhoneClaimed: sample<ClaimEvent>('PhoneClaimed'),
  ApiKeyClaimed: sample<ClaimEvent>('ApiKeyClaimed'),
  ClaimReleased: sample<ClaimEvent>('ClaimReleased'),
} satisfies Record<ClaimEvent['type'], ClaimEvent>;

const COMMAND = '01900000-0000-7000-8000-00000000c001';

describe('stored events fold as they always did', () => {
  it('partners', () => {
    const { PartnerRegistrationRefused, ...kept } = partners;
    expect(foldEvents(Partner, Object.values(kept))).toEqual({
      balanceAlerts: { AZN: '10000' },
      exists: true,
      refused: null,
      publicId: 7,
      login: 'paynet',
      name: 'PayNet',
      logoUrl: 'https://paynet.az/logo.png',
      supportEmail: null,
      language: null,
      email: expect.objectContaining({ changeId: `${COMMAND}/email`, hash: expect.any(String) }),
      managerId: '01900000-0000-7000-8000-00000000000b',
      referrerId: null,
      status: 'blocked',
      defaultCurrency: 'USD',
      allowedCurrencies: ['USD', 'AZN'],
      rateMarkupPercent: { USD: '2.5' },
      markupPercent: '3',
      commissionPercent: '1.25',
      billingMode: 'prepaid',
      creditLimit: '50000',
      access: {
        allProducts: false,
        productIds: new Set(['01900000-0000-7000-8000-0000000000d1']),
        packageIds: new Set(['01900000-0000-7000-8000-0000000000c1']),
      },
      revealOn: 'confirm',
      maxOpenReservations: 500,
      ipAllowlist: ['192.0.2.7', '10.0.0.0/8'],
      changes: new Set([COMMAND, `${COMMAND}/password`, `${COMMAND}/api-key`, `${COMMAND}/email`]),
      password: partners.PartnerPasswordSet.data,
      previousPassword: null,
      apiKey: expect.objectContaining({ id: '01900000-0000-7000-8000-00000000e001' }),
      previousApiKey: null,
      credentialEpoch: 4,
    });
  });

  it('a refused registration', () => {
    const refused = { planId: COMMAND, code: 'EmailTaken' };
    expect(foldEvents(Partner, [partners.PartnerRegistrationRefused])).toMatchObject({
      exists: false,
      refused,
    });
    expect(foldEvents(Staff, [staff.StaffRegistrationRefused])).toMatchObject({ exists: false });
  });

  it('staff', () => {
    expect(foldEvents(Staff, [staff.StaffRegistered, staff.StaffPasswordSet])).toMatchObject({
      exists: true,
      publicId: 1,
      login: 'admin',
      role: 'super_admin',
      credentialEpoch: 1,
      password: staff.StaffPasswordSet.data,
      status: 'active',
      totp: null,
    });
    const { StaffRegistrationRefused, StaffTotpDisabled, ...kept } = staff;
    expect(foldEvents(Staff, Object.values(kept))).toMatchObject({
      name: 'Admin Adminov',
      role: 'admin',
      status: 'blocked',
      credentialEpoch: 4,
      totp: {
        changeId: `${COMMAND}/totp`,
        sealed: expect.stringMatching(/^v1\./),
        confirmed: true,
        lastStep: 58_640_402,
      },
    });
    expect(foldEvents(Staff, [...Object.values(kept), StaffTotpDisabled]).totp).toBeNull();
  });

  it('claims', () => {
    for (const claim of [
      claims.LoginClaimed,
      claims.EmailClaimed,
      claims.PhoneClaimed,
      claims.ApiKeyClaimed,
    ]) {
      expect(foldEvents(Claim, [claim])).toEqual({ holder: claim.data, released: new Set() });
      expect(foldEvents(Claim, [claim, claims.ClaimReleased])).toEqual({
        holder: null,
        released: new Set([`01900000-0000-7000-8000-00000000000a/${claim.data.planId}`]),
      });
    }
  });
});

it('every stored sample belongs to an event that exists', () => {
  const known = [...Object.keys(partners), ...Object.keys(staff), ...Object.keys(claims)];
  expect(readdirSync(FOLDER).sort()).toEqual(known.map((type) => `${type}.v1.json`).sort());
});
