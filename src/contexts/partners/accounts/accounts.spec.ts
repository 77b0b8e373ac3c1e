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

describe('authenticating a terminal', () => {
  it('knows a partner by login and password, at once from the second time on', async () => {
    const { partnerId } = done(await node.register());
    expect(await node.authenticate()).toEqual({ partnerId });
    expect(node.authenticate()).toEqual({ partnerId });
    expect(await node.authenticate('wrong')).toMatchObject({ code: 'AccessDenied' });
    expect(await node.authenticate(PAYNET.password, 'nobody')).toMatchObject({ code: 'AccessDenied' });
  });

  it('counts wrong passwords together for all spellings of a login', async () => {
    done(await node.register());
    for (const login of ['paynet', 'PAYNET', 'ｐａｙｎｅｔ', 'Paynet', 'pAYNET']) {
      for (const password of ['wrong', 'wrong too']) {
        expect(await node.authenticate(password, login)).toMatchObject({ code: 'AccessDenied' });
      }
    }
    expect(await node.authenticate('wrong', 'payNET')).toMatchObject({ code: 'RateLimited' });
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
