import { AccountWorld, PAYNET } from '../../../test/support/account-world.js';
import { indexEvent, MemoryKeep } from '../../../test/support/index-keep.js';
import { isRejection } from '../kernel/rejection.js';
import { RevokedSessions } from './revoked-sessions.js';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const revocation = (sessionId: string | number, atMs: number) =>
  indexEvent('session', sessionId, { type: 'SessionRevoked', data: { reason: 'logged_out' } }, 1, atMs);

it('a token stays void where a clock jumps ahead and is put right soon after the logout', async () => {
  const world = await AccountWorld.create();
  const node = world.node();
  const registered = await node.register();
  if (isRejection(registered)) throw new Error(registered.code);
  node.follow();
  const login = async (): Promise<string> => {
    const result = await node.auth.login({ ...PAYNET, address: '192.0.2.1' });
    if (isRejection(result)) throw new Error(result.code);
    return result.accessToken;
  };
  const logout = async (accessToken: string): Promise<void> => {
    await node.auth.logout(node.auth.verify(accessToken)!);
    node.follow();
  };
  const accessToken = await login();
  await logout(accessToken);
  world.clock.advance(3 * DAY_MS);
  await logout(await login());
  world.clock.advance(5 * MINUTE_MS - 3 * DAY_MS);
  expect(node.auth.verify(accessToken)).toBeNull();

  const restarted = world.node();
  restarted.revoked.restore(node.keepOf(node.revoked).entries as Map<string, unknown>);
  expect(restarted.auth.verify(accessToken)).toBeNull();
});

describe('many sessions', () => {
  let keep: MemoryKeep;
  let revoked: RevokedSessions;
  const revoke = (from: number, to: number, atMs: (session: number) => number): void => {
    for (let session = from; session < to; session += 1)
      revoked.apply(revocation(session, atMs(session)), keep);
  };
  beforeEach(() => {
    keep = new MemoryKeep();
    revoked = new RevokedSessions();
  });

  it('are kept in thousands, the newest, also over a restart', () => {
    revoke(0, 15_000, (session) => session * MINUTE_MS);
    expect(keep.entries.size).toBe(10_000);
    expect([revoked.has('4999'), revoked.has('5000')]).toEqual([false, true]);

    // What was kept comes in the order of the ids.
    const kept = [...keep.entries].sort(([a], [b]) => a.localeCompare(b));
    revoked = new RevokedSessions();
    revoked.restore(kept);
    revoke(15_000, 15_001, (session) => session * MINUTE_MS);
    expect([revoked.has('5000'), revoked.has('5001'), revoked.has('15000')]).toEqual([false, true, true]);
  });

  it('are all kept while a token of theirs may be about', () => {
    revoke(0, 15_000, () => 0);
    expect(revoked.has('0')).toBe(true);
    revoke(15_000, 15_001, () => 15 * MINUTE_MS);
    expect(keep.entries.size).toBe(10_000);
  });

  it('do not stay for one that a clock dated ahead', () => {
    revoke(0, 1, () => 400 * DAY_MS);
    revoke(1, 15_000, (session) => session * MINUTE_MS);
    expect(keep.entries.size).toBe(10_000);
    expect(revoked.has('0')).toBe(false);
  });
});
