import { type AccountNode, AccountWorld, PAYNET } from '../../../../test/support/account-world.js';
import { isRejection } from '../../../platform/kernel/rejection.js';
import type { PartnerRecord, PartnerResult } from '../commands/partner-result.js';
import { checkIp } from './ip-allowlist.js';

const done = (result: PartnerResult): PartnerRecord => {
  if (isRejection(result)) throw new Error(`refused: ${result.code} ${JSON.stringify(result.detail)}`);
  return result;
};

let world: AccountWorld;
let node: AccountNode;
beforeEach(async () => {
  world = await AccountWorld.create();
  node = world.node();
});

describe('registering a partner', () => {
  it('answers the partner with the documented defaults', async () => {
    const { partner } = done(await node.register({ apiKey: 'unique-api-key-string' }));
    expect(partner).toMatchObject({
      exists: true,
      publicId: 1,
      login: 'paynet',
      status: 'active',
      defaultCurrency: 'AZN',
      allowedCurrencies: ['AZN', 'USD', 'EUR', 'TRY', 'RUB'],
      billingMode: 'postpaid',
      creditLimit: null,
      access: { allProducts: true, packageIds: null },
      revealOn: 'reserve',
      maxOpenReservations: 10_000,
    });
    expect(partner.apiKey?.hash).toHaveLength(43);
  });

  it('reads a credit limit in the default currency', async () => {
    const { partner } = done(await node.register({ creditLimit: '500.00', defaultCurrency: 'USD' }));
    expect(partner).toMatchObject({ creditLimit: '50000', defaultCurrency: 'USD' });
    expect(await node.register({ login: 'b', creditLimit: '5.001' })).toMatchObject({
      detail: { field: 'credit_limit' },
    });
  });

  it('is one commit on the embedded engine: claims in their order, then the account', async () => {
    await node.register({ email: 'a@b.az', phone: '+994 50 123-45-67', apiKey: 'unique-api-key-string' });
    expect(
      world.store.events.filter(({ stream }) => !stream.includes('sequence')).map(({ type }) => type),
    ).toEqual([
      'LoginClaimed',
      'EmailClaimed',
      'PhoneClaimed',
      'ApiKeyClaimed',
      'PartnerRegistered',
      'PartnerPasswordSet',
      'PartnerApiKeySet',
    ]);
  });

  it.each([
    ['login', { login: 'PayNet' }, 'LoginTaken'],
    ['e-mail', { login: 'b', email: ' A@b.az' }, 'EmailTaken'],
    ['phone', { login: 'b', phone: '994501234567' }, 'PhoneTaken'],
    ['API key', { login: 'b', apiKey: 'unique-api-key-string' }, 'ApiKeyTaken'],
  ])('refuses a taken %s and writes nothing', async (_, partner, code) => {
    await node.register({ email: 'a@b.az', phone: '+994 50 123-45-67', apiKey: 'unique-api-key-string' });
    const before = world.store.events.length;
    expect(await node.register(partner)).toMatchObject({ code });
    expect(world.store.events).toHaveLength(before);
  });

  it('has one winner of many that want one login', async () => {
    const nodes = [node, world.node(), world.sharedNode()];
    const results = await Promise.all(
      Array.from({ length: 12 }, (_, i) => nodes[i % 3]!.register({ email: `a${i}@b.az` })),
    );
    expect(results.filter((result) => !isRejection(result))).toHaveLength(1);
    expect(world.typesIn('partner-').filter((type) => type === 'PartnerRegistered')).toHaveLength(1);
  });

  it('given twice registers once and answers the same', async () => {
    const context = world.context();
    const first = done(await node.register({}, context));
    expect(done(await world.node().register({}, context)).partnerId).toBe(first.partnerId);
    const other = world.context();
    const [a, b] = await Promise.all([
      node.register({ login: 'b' }, other),
      world.node().register({ login: 'b' }, other),
    ]);
    expect(done(a!).partnerId).toBe(done(b!).partnerId);
  });

  it.each([
    [{ login: 'a b' }, 'InvalidField'],
    [{ login: '' }, 'InvalidField'],
    [{ name: '' }, 'InvalidField'],
    [{ password: 'x'.repeat(73) }, 'PasswordRefused'],
    [{ password: 'a\0b' }, 'PasswordRefused'],
    [{ apiKey: 'short' }, 'InvalidField'],
    [{ email: 'nobody' }, 'InvalidField'],
    [{ defaultCurrency: 'BTC' as const }, 'InvalidField'],
  ])('refuses %p', async (partner, code) => {
    expect(await node.register(partner)).toMatchObject({ code });
    expect(world.store.events).toEqual([]);
  });

  it('lets no secret into the log or into an answer', async () => {
    const secrets = {
      password: 'canary-password',
      apiKey: 'canary-api-key',
      email: 'canary@b.az',
      phone: '+994777888999',
    };
    const result = done(await node.register(secrets));
    await node.update(result.partnerId, { password: 'canary-second', apiKey: 'canary-api-key-2' });
    const refused = await node.register({ ...secrets, login: 'canary-b' });
    const log = world.store.events
      .map(({ data, metadata, stream }) => `${stream}${data}${metadata}`)
      .join('\n');
    for (const text of [log, JSON.stringify(result), JSON.stringify(refused)]) {
      expect(text).not.toMatch(/canary-(p|a|s)|canary@|777888999|\$2b\$/);
    }
  });
});

describe('updating a partner', () => {
  it('changes everything together or nothing', async () => {
    const { partnerId } = done(await node.register());
    done(await node.register({ login: 'b', apiKey: 'taken-api-key' }));
    const before = world.store.events.length;
    expect(await node.update(partnerId, { markupPercent: '5', apiKey: 'taken-api-key' })).toMatchObject({
      code: 'ApiKeyTaken',
    });
    expect(await node.update(partnerId, { apiKey: 'fresh-api-key', markupPercent: 'x' })).toMatchObject({
      code: 'InvalidField',
    });
    expect(await node.update(partnerId, { ipAllowlist: ['300.0.0.1'] })).toMatchObject({
      detail: { field: 'ip_allowlist' },
    });
    expect(world.store.events).toHaveLength(before);
    const { partner } = done(
      await node.update(partnerId, { markupPercent: '5', apiKey: 'fresh-api-key', creditLimit: '10' }),
    );
    expect(partner).toMatchObject({
      markupPercent: '5',
      creditLimit: '1000',
      apiKey: { hash: expect.any(String) },
    });
  });

  it('given twice changes nothing more', async () => {
    const { partnerId } = done(await node.register());
    const context = world.context();
    const update = { name: 'New', password: 'new password', apiKey: 'fresh-api-key', creditLimit: '1.00' };
    await node.update(partnerId, update, context);
    const before = world.store.events.length;
    done(await world.node().update(partnerId, update, context));
    expect(world.store.events).toHaveLength(before);
  });

  it('knows only partners that exist', async () => {
    expect(await node.update(world.ids.uuid(), { password: 'p' })).toMatchObject({ code: 'PartnerUnknown' });
  });
});

describe('authenticating a terminal', () => {
  it('knows a partner by login and password, at once from the second time on', async () => {
    const { partnerId } = done(await node.register());
    expect(await node.authenticate()).toEqual({ partnerId });
    expect(node.authenticate()).toEqual({ partnerId });
    expect(await node.authenticate('wrong')).toMatchObject({ code: 'AccessDenied' });
    expect(await node.authenticate(PAYNET.password, 'nobody')).toMatchObject({ code: 'AccessDenied' });
  });

  it('does not take the MD5 of a password', async () => {
    done(await node.register());
    const { createHash } = await import('node:crypto');
    const md5 = createHash('md5').update(PAYNET.password).digest('hex');
    expect(await node.authenticate(md5)).toMatchObject({ code: 'AccessDenied' });
  });

  it('does not let staff in', async () => {
    const admin = await node.admin.ensure('configured password');
    expect(await node.authenticate(admin!.password, 'admin')).toMatchObject({ code: 'AccessDenied' });
  });

  it('ends with the old password once the change is seen, on every node', async () => {
    const { partnerId } = done(await node.register());
    const other = world.sharedNode();
    expect(await other.authenticate()).toEqual({ partnerId });
    done(await node.update(partnerId, { password: 'new password' }));
    other.follow();
    expect(await other.authenticate()).toMatchObject({ code: 'AccessDenied' });
    expect(await other.authenticate('new password')).toEqual({ partnerId });
  });

  it('keeps the old password for the overlap, to the millisecond', async () => {
    const { partnerId } = done(await node.register());
    done(await node.update(partnerId, { password: 'new password', overlapHours: 1 }));
    node.follow();
    expect(await node.authenticate()).toEqual({ partnerId });
    expect(await node.authenticate('new password')).toEqual({ partnerId });
    world.clock.advance(3_600_000 - 1);
    expect(await node.authenticate()).toEqual({ partnerId });
    world.clock.advance(1);
    expect(await node.authenticate()).toMatchObject({ code: 'AccessDenied' });
    expect(await node.authenticate('new password')).toEqual({ partnerId });
  });

  it('checks afresh after a change of status', async () => {
    done(await node.register());
    await node.authenticate();
    node.follow();
    done(await node.update(node.directory.findPartner(1)!, { status: 'blocked' }));
    node.follow();
    expect(node.authenticate()).toBeInstanceOf(Promise);
  });

  it('is not denied for being slow: many terminals of one partner at once cost one check', async () => {
    const { partnerId } = done(await node.register());
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, i) => node.authenticate(undefined, undefined, `10.0.0.${i}`)),
    );
    expect(answers).toEqual(answers.map(() => ({ partnerId })));
  });
});

describe('finding accounts', () => {
  it('by login strongly, by public number from memory, after a restart too', async () => {
    const { partnerId } = done(await node.register());
    await node.admin.ensure(null);
    expect(await world.node().directory.findByLogin('PAYNET')).toEqual({ kind: 'partner', id: partnerId });
    expect(await node.directory.findByLogin('nobody')).toBeNull();
    node.follow();
    expect(node.directory.findPartner(1)).toBe(partnerId);
    expect(node.directory.findByPublicId(2)).toMatchObject({ kind: 'staff' });
    expect(node.directory.findPartner(2)).toBeNull();

    const restarted = world.node();
    restarted.index.restore(node.keepOf(node.index).entries);
    expect(restarted.directory.findPartner(1)).toBe(partnerId);
    expect(restarted.index.openPlans()).toEqual([]);
  });

  it('a partner state is there at once the second time, and follows the log', async () => {
    const { partnerId } = done(await node.register());
    const other = world.node();
    other.follow();
    expect((await other.partners.find(partnerId)).status).toBe('active');
    done(await node.update(partnerId, { status: 'blocked' }));
    expect(other.partners.find(partnerId)).toMatchObject({ status: 'active' });
    other.follow();
    expect(other.partners.find(partnerId)).toMatchObject({ status: 'blocked' });
    expect(await other.partners.find(world.ids.uuid())).toMatchObject({ exists: false });
  });

  it('a partner state that changes while it is read is not missed', async () => {
    const { partnerId } = done(await node.register());
    const other = world.node();
    const reading = other.partners.find(partnerId);
    done(await node.update(partnerId, { status: 'blocked' }));
    other.follow();
    await reading;
    other.follow();
    expect(await other.partners.find(partnerId)).toMatchObject({ status: 'blocked' });
  });
});

describe('the admin account', () => {
  it('is made once, with a random password unless one is configured', async () => {
    const made = await node.admin.ensure(null);
    expect(made).toMatchObject({ login: 'admin', password: expect.stringMatching(/^[a-zA-Z2-9]{20}$/) });
    expect(await world.node().admin.ensure('configured password')).toBeNull();
    const second = await AccountWorld.create();
    expect(await second.node().admin.ensure('configured password')).toEqual({
      login: 'admin',
      password: 'configured password',
    });
  });

  it('gets a new password on demand, and the old one is void', async () => {
    const made = await node.admin.ensure(null);
    const reset = await node.admin.resetPassword('admin');
    if (isRejection(reset)) throw new Error(reset.code);
    expect(reset.password).not.toBe(made!.password);
    const address = '192.0.2.1';
    expect(await node.auth.login({ login: 'admin', password: made!.password, address })).toMatchObject({
      code: 'AccessDenied',
    });
    expect(await node.auth.login({ ...reset, address })).toMatchObject({
      user: { id: 1, login: 'admin', role: 'super_admin' },
    });
    expect(await node.admin.resetPassword('nobody')).toMatchObject({ code: 'StaffUnknown' });
  });
});

describe('the address that a partner is called from', () => {
  it.each([
    [[], '203.0.113.9', true],
    [['192.0.2.7', '10.0.0.0/8'], '192.0.2.7', true],
    [['192.0.2.7', '10.0.0.0/8'], '10.255.0.1', true],
    [['192.0.2.7', '10.0.0.0/8'], '::ffff:10.1.2.3', true],
    [['192.0.2.7', '10.0.0.0/8'], '192.0.2.8', false],
    [['2001:db8::/32'], '2001:db8:1::1', true],
    [['2001:db8::/32'], '192.0.2.7', false],
    [['192.0.2.7'], 'unknown', false],
  ])('%p and %s: %p', (ipAllowlist, ip, allowed) => {
    expect(checkIp({ ipAllowlist }, ip)).toBe(allowed);
    expect(checkIp({ ipAllowlist }, ip)).toBe(allowed);
  });
});
