import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { JwtService } from '@nestjs/jwt';
import { type AccountNode, AccountWorld, PAYNET } from '../../../test/support/account-world.js';
import { foldEvents } from '../../../test/support/given.js';
import { isRejection } from '../kernel/rejection.js';
import type { LoggedIn } from './auth-service.js';
import { present, Session, type SessionEvent } from './session.js';
import { ACCESS_TOKEN_SECONDS, REFRESH_TOKEN_DAYS } from './tokens.js';

const address = '192.0.2.1';
const DAY_MS = 86_400_000;
let world: AccountWorld;
let node: AccountNode;
let partnerId: string;

const ok = <T extends object>(result: T): Exclude<T, { code: string }> => {
  if (isRejection(result)) throw new Error(`refused: ${result.code}`);
  return result as Exclude<T, { code: string }>;
};
const login = async (on = node): Promise<LoggedIn> =>
  ok(await on.auth.login({ login: PAYNET.login, password: PAYNET.password, address }));

beforeEach(async () => {
  world = await AccountWorld.create();
  node = world.node();
  ({ partnerId } = ok(await node.register()));
  node.follow();
});

describe('logging in', () => {
  it('answers tokens and the user as documented', async () => {
    const result = await login();
    expect(result).toEqual({
      accessToken: expect.stringMatching(/^eyJ[\w-]+\.[\w-]+\.[\w-]+$/),
      refreshToken: expect.any(String),
      user: { id: 1, login: 'paynet', role: 'partner' },
    });
    expect(node.auth.verify(result.accessToken)).toMatchObject({
      id: partnerId,
      kind: 'partner',
      publicId: 1,
      role: 'partner',
    });
  });

  it('refuses a wrong password, nobody, and an account that is not active', async () => {
    expect(await node.auth.login({ login: 'paynet', password: 'wrong', address })).toMatchObject({
      code: 'AccessDenied',
    });
    expect(await node.auth.login({ login: 'nobody', password: 'wrong', address })).toMatchObject({
      code: 'AccessDenied',
    });
    ok(await node.update(partnerId, { status: 'inactive' }));
    expect(await node.auth.login({ login: 'paynet', password: PAYNET.password, address })).toMatchObject({
      code: 'AccountInactive',
    });
  });

  it('stores no token, only keyed hashes', async () => {
    const first = await login();
    const second = ok(await node.auth.refresh(first.refreshToken, address));
    const log = world.store.events.map(({ data }) => data.toString()).join('\n');
    for (const token of [first.refreshToken, second.refreshToken]) {
      const secret = token.split('.')[2]!;
      expect(secret).toHaveLength(43);
      expect(log).not.toContain(secret);
    }
    expect(log).not.toContain(first.accessToken);
  });
});

describe('an access token', () => {
  it('is good on every process of the installation for fifteen minutes', async () => {
    const { accessToken } = await login();
    const other = world.node();
    world.clock.advance((ACCESS_TOKEN_SECONDS - 1) * 1000);
    expect(other.auth.verify(accessToken)?.id).toBe(partnerId);
    world.clock.advance(1000);
    expect(other.auth.verify(accessToken)).toBeNull();
  });

  it('is void where it was made by a clock that was ahead, and has been put right', async () => {
    world.clock.advance(400 * DAY_MS);
    const { accessToken } = await login();
    world.clock.advance(-400 * DAY_MS);
    expect(node.auth.verify(accessToken)).toBeNull();
    const { accessToken: next } = await login();
    world.clock.advance(-5_000);
    expect(node.auth.verify(next)).not.toBeNull();
  });

  it.each([
    ['the partner is blocked', { status: 'blocked' }],
    ['its password changes', { password: 'another password' }],
  ] as const)('is void once %s, and stays void', async (_, update) => {
    const { accessToken } = await login();
    ok(await node.update(partnerId, update));
    expect(node.auth.verify(accessToken)).not.toBeNull();
    node.follow();
    expect(node.auth.verify(accessToken)).toBeNull();
    ok(await node.update(partnerId, { status: 'active', password: PAYNET.password }));
    node.follow();
    expect(node.auth.verify(accessToken)).toBeNull();
    expect(node.auth.verify((await login()).accessToken)).not.toBeNull();
  });

  it.each([
    ['another key', (claims: object) => new JwtService({ secret: 'x'.repeat(32) }).sign(claims)],
    [
      'no signature',
      (claims: object) =>
        `${Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.`,
    ],
    ['nonsense', () => 'nonsense'],
    ['a megabyte', () => 'a'.repeat(1 << 20)],
  ])('is not one with %s', (_, forge) => {
    const exp = Math.floor(world.clock.now() / 1000) + 60;
    const claims = {
      sub: partnerId,
      kind: 'partner',
      pid: 1,
      login: 'paynet',
      role: 'super_admin',
      sid: 's',
      epoch: 9,
      exp,
    };
    expect(node.auth.verify(forge(claims))).toBeNull();
  });

  it('shows who is asking, as the account stands now', async () => {
    const principal = node.auth.verify((await login()).accessToken)!;
    expect(await node.auth.me(principal)).toEqual({ id: 1, login: 'paynet', role: 'partner' });
    ok(await node.update(partnerId, { status: 'blocked' }));
    expect(await node.auth.me(principal)).toBeNull();
  });
});

describe('a refresh token', () => {
  it('works once and answers its successor', async () => {
    let current = await login();
    for (let i = 0; i < 5; i += 1) {
      const next = ok(await world.sharedNode().auth.refresh(current.refreshToken, address));
      expect(next.refreshToken).not.toBe(current.refreshToken);
      current = next;
    }
    expect(node.auth.verify(current.accessToken)?.id).toBe(partnerId);
  });

  it.each([0, 1, 2])(
    'that is presented again, %i uses later, ends everything that came from its login',
    async (later) => {
      const stolen = await login();
      let newest = ok(await node.auth.refresh(stolen.refreshToken, address));
      for (let i = 0; i < later; i += 1) newest = ok(await node.auth.refresh(newest.refreshToken, address));
      expect(await node.auth.refresh(stolen.refreshToken, address)).toMatchObject({ code: 'InvalidToken' });
      expect(await node.auth.refresh(newest.refreshToken, address)).toMatchObject({ code: 'InvalidToken' });
      node.follow();
      expect(node.auth.verify(newest.accessToken)).toBeNull();
      expect(world.typesIn('session-').at(-1)).toBe('SessionRevoked');

      const restarted = world.node();
      restarted.revoked.restore(node.keepOf(node.revoked).entries as Map<string, unknown>);
      expect(restarted.auth.verify(newest.accessToken)).toBeNull();
    },
  );

  it('presented twice at once has one winner, and the session ends', async () => {
    const { refreshToken } = await login();
    const results = await Promise.all([
      node.auth.refresh(refreshToken, address),
      node.auth.refresh(refreshToken, address),
    ]);
    expect(results.filter((result) => !isRejection(result)).length).toBeLessThanOrEqual(1);
    const again = await Promise.all(
      results.map((result) => (isRejection(result) ? null : node.auth.refresh(result.refreshToken, address))),
    );
    expect(again.filter((result) => result && !isRejection(result))).toEqual([]);
  });

  it('that was guessed changes nothing', async () => {
    const { refreshToken } = await login();
    const [sessionId] = refreshToken.split('.');
    const guesses = [
      `${sessionId}.0.${'A'.repeat(43)}`,
      `${sessionId}.7.${'A'.repeat(43)}`,
      `${world.ids.uuid()}.0.${'A'.repeat(43)}`,
      'x',
      '',
    ];
    for (const guess of guesses)
      expect(await node.auth.refresh(guess, address)).toMatchObject({ code: 'InvalidToken' });
    ok(await node.auth.refresh(refreshToken, address));
  });

  it('ends after thirty days without use', async () => {
    const { refreshToken } = await login();
    world.clock.advance(REFRESH_TOKEN_DAYS * DAY_MS);
    expect(await node.auth.refresh(refreshToken, address)).toMatchObject({ code: 'InvalidToken' });
  });

  it('ends with the password that it came from', async () => {
    const { refreshToken } = await login();
    ok(await node.update(partnerId, { password: 'another password' }));
    expect(await node.auth.refresh(refreshToken, address)).toMatchObject({ code: 'InvalidToken' });
    expect(world.typesIn('session-')).toEqual(['SessionOpened', 'SessionRevoked']);
  });
});

describe('stored sessions', () => {
  const folder = join(__dirname, 'golden');
  const sample = (type: SessionEvent['type']) =>
    JSON.parse(readFileSync(join(folder, `${type}.v1.json`), 'utf8')) as SessionEvent;
  const samples = {
    SessionOpened: sample('SessionOpened'),
    RefreshRotated: sample('RefreshRotated'),
    SessionRevoked: sample('SessionRevoked'),
  } satisfies Record<SessionEvent['type'], SessionEvent>;

  it('fold as they always did', () => {
    expect(readdirSync(folder)).toHaveLength(Object.keys(samples).length);
    expect(foldEvents(Session, Object.values(samples))).toEqual({
      account: { kind: 'partner', id: '01900000-0000-7000-8000-00000000000a' },
      credentialEpoch: 1,
      refreshHash: 'VuTsRqPoNmLkJiHgFeDcBa0t9Y7x5w2QJm8vqy1Zo3k',
      expiresAt: '2026-02-14T10:15:00.000Z',
      generation: 1,
      revoked: true,
    });
  });

  it('a revoked or unknown session presents nothing', () => {
    const token = { generation: 0, hash: '', nowMs: 0 };
    expect(present(Session.initial, token, () => '')).toBe('invalid');
    expect(present(foldEvents(Session, Object.values(samples)), token, () => '')).toBe('invalid');
  });
});
