import { createHash } from 'node:crypto';
import { inspect } from 'node:util';
import { compare } from 'bcrypt';
import { ManualClock } from '../../../test/support/manual-clock.js';
import { memoryThrottles } from '../../../test/support/memory-throttles.js';
import { isRejection, reject } from '../kernel/rejection.js';
import { CredentialCache } from './credential-cache.js';
import { CredentialChecks } from './credential-checks.js';
import {
  CHECKS_WAITING_PER_LOGIN,
  CHECKS_WAITING_PER_NETWORK,
  CREDENTIAL_REMEMBERED_MS,
  FAILURES_PER_WINDOW,
} from './limits.js';
import { isAcceptablePassword, PasswordHasher } from './password-hasher.js';

const PASSWORD = 'correct horse';

describe('the password hasher', () => {
  const hasher = new PasswordHasher(4);

  it('keeps bcrypt of the password and of its MD5, and checks against both', async () => {
    const hashes = await hasher.hashes(PASSWORD);
    if (isRejection(hashes)) throw new Error('busy');
    const md5 = createHash('md5').update(PASSWORD).digest('hex');
    expect(await compare(md5, hashes.md5)).toBe(true);
    expect(await hasher.matches(PASSWORD, hashes.plain)).toBe(true);
    expect(await hasher.matches('wrong', hashes.plain)).toBe(false);
    expect(await hasher.matches(md5, hashes.plain)).toBe(false);
  });

  it.each([
    ['of 72 bytes', 'x'.repeat(72), true],
    ['of 73 bytes', 'x'.repeat(73), false],
    ['of 37 two-byte letters', 'ü'.repeat(37), false],
    ['with NUL', 'a\0b', false],
    ['that is empty', '', false],
  ])('tells whether a password %s may be set', async (_, password, acceptable) => {
    expect(isAcceptablePassword(password)).toBe(acceptable);
    if (!acceptable) expect(await hasher.matches(password, 'anything')).toBe(false);
  });

  it('matches nobody', async () => {
    expect(await hasher.matchesNobody(PASSWORD)).toBe(false);
  });

  it('lets two work, some wait, and refuses the rest at once', async () => {
    const small = new PasswordHasher(4, 3);
    const hash = await small.hashes(PASSWORD);
    if (isRejection(hash)) throw new Error('busy');
    const answers = await Promise.all(Array.from({ length: 8 }, () => small.matches(PASSWORD, hash.plain)));
    expect(answers.filter((answer) => answer === true)).toHaveLength(5);
    expect(answers.filter((answer) => isRejection(answer) && answer.code === 'RateLimited')).toHaveLength(3);
    expect(await small.matches(PASSWORD, hash.plain)).toBe(true);
  });
});

describe('the credential cache', () => {
  const clock = new ManualClock();
  const remember = (cache: CredentialCache<string>, login: string, validUntilMs?: number): string => {
    const pair = cache.pairKey(login, PASSWORD);
    cache.remember(pair, `ref ${login}`, login, cache.generation, validUntilMs);
    return pair;
  };

  it('remembers 15 minutes from the last use', () => {
    const cache = new CredentialCache<string>(clock);
    const pair = remember(cache, 'a');
    for (let i = 0; i < 3; i += 1) {
      clock.advance(CREDENTIAL_REMEMBERED_MS - 1);
      expect(cache.recall(pair)).toBe('ref a');
    }
    clock.advance(CREDENTIAL_REMEMBERED_MS);
    expect(cache.recall(pair)).toBeNull();
    expect(cache.size).toBe(0);
  });

  it('never remembers a replaced password past its end', () => {
    const cache = new CredentialCache<string>(clock);
    const pair = remember(cache, 'a', clock.now() + 1000);
    clock.advance(999);
    expect(cache.recall(pair)).toBe('ref a');
    clock.advance(1);
    expect(cache.recall(pair)).toBeNull();
  });

  it('drops one account and leaves the others', () => {
    const cache = new CredentialCache<string>(clock);
    const [a, b] = [remember(cache, 'a'), remember(cache, 'b')];
    cache.drop('a');
    expect(cache.recall(a)).toBeNull();
    expect(cache.recall(b)).toBe('ref b');
  });

  it('does not remember a check that began before a drop', () => {
    const cache = new CredentialCache<string>(clock);
    const { generation } = cache;
    cache.drop('a');
    const pair = cache.pairKey('a', PASSWORD);
    cache.remember(pair, 'ref', 'a', generation);
    expect(cache.recall(pair)).toBeNull();
  });

  it('is bounded, and does not mix up where a login ends', () => {
    const cache = new CredentialCache<string>(clock, 2);
    const [a, b, c] = ['a', 'b', 'c'].map((login) => remember(cache, login));
    expect([a, b, c].map((pair) => cache.recall(pair!))).toEqual([null, 'ref b', 'ref c']);
    expect(cache.pairKey('ab', 'c')).not.toBe(cache.pairKey('a', 'bc'));
  });

  it('holds no password in memory', () => {
    const cache = new CredentialCache<string>(clock);
    remember(cache, 'a');
    expect(inspect(cache, { depth: 6, showHidden: true })).not.toContain(PASSWORD);
  });
});

describe('credential checks', () => {
  let verified: string[];
  let release: () => void;
  let gate: Promise<void> | null;
  const checks = (clock = new ManualClock()): CredentialChecks<string> =>
    new CredentialChecks<string>(clock, memoryThrottles(clock), lowerCase, async (login, password) => {
      verified.push(`${login}/${password}`);
      if (gate) await gate;
      return password === PASSWORD ? { ref: `ref ${login}`, accountId: login } : reject('AccessDenied');
    });
  const lowerCase = (login: string) => login.toLowerCase();
  const ask = (to: CredentialChecks<string>, password = PASSWORD, address = '10.0.0.1') =>
    to.check({ login: 'paynet', password, address });

  beforeEach(() => {
    verified = [];
    gate = null;
  });

  it('answers at once what it remembers', async () => {
    const subject = checks();
    expect(await ask(subject)).toBe('ref paynet');
    expect(ask(subject)).toBe('ref paynet');
    expect(verified).toHaveLength(1);
    subject.drop('paynet');
    expect(await ask(subject)).toBe('ref paynet');
    expect(verified).toHaveLength(2);
  });

  it('checks a pair once for all who send it meanwhile, and other passwords of the login after it', async () => {
    gate = new Promise((resolve) => {
      release = resolve;
    });
    const subject = checks();
    const same = Array.from({ length: 20 }, () => ask(subject));
    const other = ask(subject, 'wrong');
    await new Promise((resolve) => setImmediate(resolve));
    expect(verified).toEqual([`paynet/${PASSWORD}`]);
    release();
    expect(new Set(await Promise.all(same))).toEqual(new Set(['ref paynet']));
    expect(await other).toMatchObject({ code: 'AccessDenied' });
    expect(verified).toEqual([`paynet/${PASSWORD}`, 'paynet/wrong']);
  });

  it('bounds what waits for one login', async () => {
    const subject = checks();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => ask(subject, `wrong ${i}`, `10.0.0.${i}`)),
    );
    const codes = answers.map((answer) => (isRejection(answer) ? answer.code : answer));
    expect(codes.filter((code) => code === 'AccessDenied')).toHaveLength(CHECKS_WAITING_PER_LOGIN);
    expect(codes.filter((code) => code === 'RateLimited')).toHaveLength(20 - CHECKS_WAITING_PER_LOGIN);
  });

  it('leaves others a part of all checks, however many logins a network makes up', async () => {
    gate = new Promise((resolve) => {
      release = resolve;
    });
    const subject = checks();
    const made = Array.from({ length: CHECKS_WAITING_PER_NETWORK + 10 }, (_, i) =>
      subject.check({ login: `made up ${i}`, password: 'no', address: `2001:db8::${i}` }),
    );
    const other = ask(subject);
    await new Promise((resolve) => setImmediate(resolve));
    expect(verified).toHaveLength(CHECKS_WAITING_PER_NETWORK + 1);
    release();
    expect(await other).toBe('ref paynet');
    const codes = (await Promise.all(made)).map((answer) => (isRejection(answer) ? answer.code : answer));
    expect(codes.filter((code) => code === 'RateLimited')).toHaveLength(10);
    const again = await subject.check({ login: 'made up 200', password: 'no', address: '2001:db8::1' });
    expect(again).toMatchObject({ code: 'AccessDenied' });
  });

  it('throttles a guessing address alone, and never credentials that are remembered', async () => {
    const subject = checks();
    await ask(subject);
    for (let i = 0; i < FAILURES_PER_WINDOW; i += 1)
      expect(await ask(subject, 'no')).toMatchObject({ code: 'AccessDenied' });
    expect(await ask(subject, 'no')).toMatchObject({ code: 'RateLimited' });
    expect(ask(subject)).toBe('ref paynet');
    expect(await ask(subject, 'no', '10.0.0.2')).toMatchObject({ code: 'AccessDenied' });
  });

  it('throttles a login however it is spelled', async () => {
    const subject = checks();
    const guess = (login: string) => subject.check({ login, password: 'no', address: '10.0.0.1' });
    for (let i = 0; i < FAILURES_PER_WINDOW; i += 1) {
      expect(await guess(i % 2 === 0 ? 'paynet' : 'PayNet')).toMatchObject({ code: 'AccessDenied' });
    }
    expect(await guess('PAYNET')).toMatchObject({ code: 'RateLimited' });
  });

  it('throttles an IPv6 network, whichever of its addresses guesses', async () => {
    const subject = checks();
    for (let i = 0; i < FAILURES_PER_WINDOW; i += 1) {
      expect(await ask(subject, 'no', `2001:db8::${i}`)).toMatchObject({ code: 'AccessDenied' });
    }
    expect(await ask(subject, 'no', '2001:db8::ffff')).toMatchObject({ code: 'RateLimited' });
    expect(await ask(subject, 'no', '2001:db8:0:1::1')).toMatchObject({ code: 'AccessDenied' });
  });

  it('checks every login that an account may have, whatever its characters', async () => {
    const subject = checks();
    const checked = (login: string) => subject.check({ login, password: 'no', address: '' });
    for (const [count, looks] of [
      [100, 1],
      [101, 0],
      [201, 0],
    ] as const) {
      verified = [];
      expect(await checked('𝒜'.repeat(count))).toMatchObject({ code: 'AccessDenied' });
      expect(verified).toHaveLength(looks);
    }
  });

  it('refuses what cannot be a credential without checking it', () => {
    const subject = checks();
    expect(ask(subject, 'x'.repeat(73))).toMatchObject({ code: 'AccessDenied' });
    expect(ask(subject, 'a\0')).toMatchObject({ code: 'AccessDenied' });
    expect(subject.check({ login: 'l'.repeat(101), password: 'p', address: '' })).toMatchObject({
      code: 'AccessDenied',
    });
    expect(verified).toEqual([]);
  });
});
