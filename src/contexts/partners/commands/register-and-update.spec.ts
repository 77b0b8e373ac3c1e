import { type AccountNode, AccountWorld } from '../../../../test/support/account-world.js';
import { isRejection } from '../../../platform/kernel/rejection.js';
import type { PartnerRecord, PartnerResult } from './partner-result.js';

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
      detail: { field: 'credit_limit', rule: expect.any(String) },
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
    [{ password: 'x'.repeat(2000) }, 'PasswordRefused'],
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
      detail: { field: 'ip_allowlist', rule: expect.any(String) },
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
