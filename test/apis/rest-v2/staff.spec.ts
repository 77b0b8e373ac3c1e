import { AdminAccount } from '../../../src/contexts/partners/index.js';
import { isRejection } from '../../../src/platform/kernel/rejection.js';
import { totpCode, totpStep } from '../../../src/platform/security/totp.js';
import { startTestApp, type TestApp } from '../../support/app.js';
import { Client } from './client.js';

const PASSWORD = 'correct horse battery staple';
const MISSING = 987_654_321;

let app: TestApp;
let anyone: Client;
let root: Client;

beforeAll(async () => {
  app = await startTestApp({ settings: { KEYFORGE_ADMIN_PASSWORD: PASSWORD } });
  anyone = new Client(app);
  root = await anyone.login('admin', PASSWORD);
});
afterAll(() => app.close());

let names = 0;
const unique = (): string => `s${++names}`;

interface Member {
  readonly id: number;
  readonly login: string;
  readonly client: Client;
}

async function member(role: string): Promise<Member> {
  const login = unique();
  const { id } = await root.create('/staff', { login, password: PASSWORD, name: 'Somebody', role });
  return { id, login, client: await anyone.login(login, PASSWORD) };
}

describe('a member of the staff', () => {
  it('is created, shown and listed without secrets', async () => {
    const login = unique();
    const body = {
      login,
      password: PASSWORD,
      name: 'Aysel',
      role: 'manager',
      email: 'aysel@keyforge.example',
    };
    const { status, body: answer } = await root.post('/staff', body);
    expect(status).toBe(201);
    expect(answer.data).toEqual({
      id: expect.any(Number),
      login,
      name: 'Aysel',
      role: 'manager',
      status: 1,
      totp_enabled: false,
      created_at: expect.any(String),
      updated_at: expect.any(String),
    });
    expect((await root.get(`/staff/${answer.data.id}`)).body).toEqual(answer);
    const found = await root.get(`/staff?search=AYSEL&role=manager&status=1&sort=-created_at`);
    expect(found.body.data).toEqual([answer.data]);
    expect((await root.get('/staff?role=manager&status=2&search=aysel')).body.data).toEqual([]);
  });

  it('shares the logins of partners', async () => {
    const login = unique();
    await root.create('/partners', { name: 'P', login, password: PASSWORD });
    const taken = await root.post('/staff', { login, password: PASSWORD, name: 'S', role: 'auditor' });
    expect(taken).toMatchObject({ status: 409, body: { error: 'login: already taken' } });
  });

  it.each([
    ['a short password', { password: 'seven77' }, /password/],
    ['a long password', { password: 'ü'.repeat(40) }, /password: must be at most 72 bytes/],
    ['another role', { role: 'partner' }, /role/],
    ['a login with a space', { login: 'a b' }, /login: must be 1 to 100 characters without white space/],
    ['an impossible e-mail', { email: 'nobody' }, /email: must be an e-mail address/],
    ['an unknown field', { superpowers: true }, /superpowers/],
  ])('is refused with %s, and the message says what is valid', async (_, fields, message) => {
    const body = { login: unique(), password: PASSWORD, name: 'S', role: 'auditor', ...fields };
    const { status, body: answer } = await root.post('/staff', body);
    expect([status, String(answer.error)]).toEqual([400, expect.stringMatching(message)]);
  });

  it('is not there under an unknown number', async () => {
    for (const answer of [
      await root.get(`/staff/${MISSING}`),
      await root.put(`/staff/${MISSING}`, { name: 'X' }),
      await root.call('DELETE', `/staff/${MISSING}/totp`),
    ]) {
      expect(answer).toMatchObject({ status: 404, body: { success: false, error: 'User not found' } });
    }
  });
});

describe('who manages whom', () => {
  it('an admin manages managers and auditors, not admins', async () => {
    const { client: admin } = await member('admin');
    const fields = () => ({ login: unique(), password: PASSWORD, name: 'S' });
    const auditor = await admin.create('/staff', { ...fields(), role: 'auditor' });
    expect(await admin.put(`/staff/${auditor.id}`, { role: 'manager' })).toMatchObject({ status: 200 });
    const forbidden = { status: 403, body: { error: 'Forbidden: only a super_admin manages admins' } };
    for (const role of ['admin', 'super_admin']) {
      expect(await admin.post('/staff', { ...fields(), role })).toMatchObject(forbidden);
      expect(await admin.put(`/staff/${auditor.id}`, { role })).toMatchObject(forbidden);
    }
    const other = await member('admin');
    expect(await admin.put(`/staff/${other.id}`, { password: 'a new password' })).toMatchObject(forbidden);
    expect(await admin.put(`/staff/${other.id}`, { status: 2 })).toMatchObject(forbidden);
    expect((await other.client.get('/auth/me')).status).toBe(200);
  });

  it.each([
    ['manager', 403, 403],
    ['auditor', 200, 403],
    ['partner', 403, 403],
  ])('a %s may read: %i, may change: %i', async (role, read, change) => {
    let client: Client;
    if (role === 'partner') {
      const login = unique();
      await root.create('/partners', { name: 'P', login, password: PASSWORD });
      client = await anyone.login(login, PASSWORD);
    } else client = (await member(role)).client;
    expect((await client.get('/staff')).status).toBe(read);
    const body = { login: unique(), password: PASSWORD, name: 'S', role: 'auditor' };
    expect((await client.post('/staff', body)).status).toBe(change);
    expect((await client.put('/staff/1', { name: 'Mallory' })).status).toBe(change);
  });

  it('there is always an active super_admin', async () => {
    const id = (await root.get('/auth/me')).body.data.id;
    const last = { status: 409, body: { error: 'This is the last active super_admin' } };
    expect(await root.put(`/staff/${id}`, { status: 2 })).toMatchObject(last);
    expect(await root.put(`/staff/${id}`, { role: 'admin' })).toMatchObject(last);
    const second = await member('super_admin');
    await app.settle();
    const results = await Promise.all([
      second.client.put(`/staff/${id}`, { status: 2 }),
      root.put(`/staff/${second.id}`, { role: 'auditor' }),
    ]);
    expect(results.filter(({ status }) => status === 200)).toHaveLength(1);
    // Whoever was faster stays; the tests go on as the first one.
    const restored =
      results[0]!.status === 200 ? await second.client.put(`/staff/${id}`, { status: 1 }) : null;
    if (restored) {
      root = await anyone.login('admin', PASSWORD);
      expect((await root.put(`/staff/${second.id}`, { role: 'auditor' })).status).toBe(200);
    }
  });
});

describe('the tokens of a member', () => {
  it.each([
    ['is blocked', { status: 2 }],
    ['gets another role', { role: 'auditor' }],
    ['gets a new password', { password: 'a new password' }],
  ])('are void once the member %s', async (_, change) => {
    const login = unique();
    const { id } = await root.create('/staff', { login, password: PASSWORD, name: 'S', role: 'manager' });
    const { body } = await anyone.post('/auth/login', { login, password: PASSWORD });
    const client = new Client(app, body.data.accessToken);
    expect((await client.get('/auth/me')).status).toBe(200);
    expect((await root.put(`/staff/${id}`, change)).status).toBe(200);
    await app.settle();
    expect((await client.get('/auth/me')).status).toBe(401);
    const refreshed = await anyone.post('/auth/refresh', { refreshToken: body.data.refreshToken });
    expect(refreshed.status).toBe(401);
  });

  it('cannot be had while the member is blocked, and can be again afterwards', async () => {
    const { id, login } = await member('auditor');
    await root.put(`/staff/${id}`, { status: 2 });
    expect(await anyone.post('/auth/login', { login, password: PASSWORD })).toMatchObject({
      status: 401,
      body: { error: 'Unauthorized: Account is blocked or inactive' },
    });
    await root.put(`/staff/${id}`, { status: 1 });
    await anyone.login(login, PASSWORD);
  });

  it('end with a logout, those of another login do not', async () => {
    const { login } = await member('auditor');
    const [first, second] = await Promise.all(
      [1, 2].map(async () => (await anyone.post('/auth/login', { login, password: PASSWORD })).body.data),
    );
    const client = new Client(app, first.accessToken);
    expect(await client.call('POST', '/auth/logout')).toMatchObject({
      status: 200,
      body: { success: true, data: null },
    });
    expect((await client.get('/auth/me')).status).toBe(401);
    expect((await anyone.post('/auth/refresh', { refreshToken: first.refreshToken })).status).toBe(401);
    expect((await new Client(app, second.accessToken).get('/auth/me')).status).toBe(200);
  });
});

describe("one's own password", () => {
  it('is changed by who knows it, and ends all logins', async () => {
    const { login, client } = await member('auditor');
    const body = { current_password: PASSWORD, new_password: 'another password' };
    expect(await client.post('/auth/password', { ...body, current_password: 'a guess' })).toMatchObject({
      status: 400,
      body: { error: 'current_password: wrong' },
    });
    expect((await client.post('/auth/password', { ...body, new_password: 'short' })).status).toBe(400);
    expect((await client.post('/auth/password', body)).status).toBe(200);
    await app.settle();
    expect((await client.get('/auth/me')).status).toBe(401);
    expect((await anyone.post('/auth/login', { login, password: PASSWORD })).status).toBe(401);
    await anyone.login(login, 'another password');
  });

  it('is changed by a partner too', async () => {
    const login = unique();
    await root.create('/partners', { name: 'P', login, password: PASSWORD });
    const partner = await anyone.login(login, PASSWORD);
    const body = { current_password: PASSWORD, new_password: 'another password' };
    expect((await partner.post('/auth/password', body)).status).toBe(200);
    await anyone.login(login, 'another password');
  });
});

describe('guessing', () => {
  it('passwords is throttled per login', async () => {
    const { login } = await member('auditor');
    const guess = () => anyone.post('/auth/login', { login, password: 'a guess' });
    for (let i = 0; i < 10; i += 1) expect((await guess()).status).toBe(401);
    const refused = await guess();
    expect(refused).toMatchObject({ status: 429, headers: { 'retry-after': '60' } });
    const other = await member('auditor');
    await anyone.login(other.login, PASSWORD);
    app.clock.advance(60_000);
    expect((await guess()).status).toBe(401);
  });

  it('refresh tokens is throttled per session', async () => {
    const { login } = await member('auditor');
    const { body } = await anyone.post('/auth/login', { login, password: PASSWORD });
    const [session] = body.data.refreshToken.split('.');
    const guess = () => anyone.post('/auth/refresh', { refreshToken: `${session}.0.${'A'.repeat(43)}` });
    for (let i = 0; i < 10; i += 1) expect((await guess()).status).toBe(401);
    expect(await guess()).toMatchObject({ status: 429, headers: { 'retry-after': '60' } });
  });
});

describe('one-time codes', () => {
  const codeOf = (secret: string, steps = 0) => totpCode(secret, totpStep(app.clock.now()) + steps);
  const HALF_MINUTE = 30_000;

  async function enrolled() {
    const user = await member('manager');
    const { body } = await user.client.call('POST', '/auth/totp/enrol');
    const { secret } = body.data;
    expect((await user.client.post('/auth/totp/confirm', { code: codeOf(secret) })).status).toBe(200);
    app.clock.advance(HALF_MINUTE);
    const signIn = (totp?: string) =>
      anyone.post('/auth/login', { login: user.login, password: PASSWORD, ...(totp ? { totp } : {}) });
    return { ...user, secret, signIn };
  }

  it('are asked for once the first one is confirmed', async () => {
    const { login: name, client, id } = await member('manager');
    const { status, body } = await client.call('POST', '/auth/totp/enrol');
    expect(status).toBe(200);
    const { secret, otpauth_uri } = body.data;
    expect(otpauth_uri).toBe(`otpauth://totp/KeyForge:${name}?secret=${secret}&issuer=KeyForge`);
    await anyone.login(name, PASSWORD);
    const wrong = await client.post('/auth/totp/confirm', { code: codeOf(secret, 100) });
    expect(wrong).toMatchObject({ status: 400, body: { error: 'code: wrong or used one-time code' } });
    expect((await client.post('/auth/totp/confirm', { code: codeOf(secret) })).status).toBe(200);
    expect((await root.get(`/staff/${id}`)).body.data.totp_enabled).toBe(true);
    expect(await anyone.post('/auth/login', { login: name, password: PASSWORD })).toMatchObject({
      status: 401,
      body: { error: 'Unauthorized: totp: a one-time code is required' },
    });
    expect((await client.call('POST', '/auth/totp/enrol')).status).toBe(409);
    const log = app.lines.join('\n');
    expect(log).not.toContain(secret);
  });

  it('count once each', async () => {
    const { secret, signIn } = await enrolled();
    const code = codeOf(secret);
    expect((await signIn(code)).status).toBe(200);
    expect(await signIn(code)).toMatchObject({
      status: 401,
      body: { error: 'Unauthorized: totp: wrong or used one-time code' },
    });
    expect((await signIn(codeOf(secret, -1))).status).toBe(401);
    app.clock.advance(HALF_MINUTE);
    const both = await Promise.all([signIn(codeOf(secret)), signIn(codeOf(secret))]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 401]);
  });

  it('cannot be guessed for long, whatever the address', async () => {
    const { secret, signIn } = await enrolled();
    for (let i = 0; i < 5; i += 1) expect((await signIn(codeOf(secret, 50 + i))).status).toBe(401);
    const refused = await signIn(codeOf(secret));
    expect(refused).toMatchObject({ status: 429, headers: { 'retry-after': '300' } });
    app.clock.advance(5 * 60_000);
    expect((await signIn(codeOf(secret))).status).toBe(200);
  });

  it('that were used do not let guesses begin anew', async () => {
    const { secret, signIn } = await enrolled();
    const used = codeOf(secret);
    expect((await signIn(used)).status).toBe(200);
    for (let i = 0; i < 4; i += 1) expect((await signIn(codeOf(secret, 50 + i))).status).toBe(401);
    expect((await signIn(used)).status).toBe(401);
    expect((await signIn(codeOf(secret, 60))).status).toBe(429);
  });

  it('are given up with a code, taken away by a super_admin alone, and cleared at the command line', async () => {
    const { secret, signIn, client } = await enrolled();
    expect((await client.post('/auth/totp/disable', { code: codeOf(secret, 50) })).status).toBe(400);
    expect((await client.post('/auth/totp/disable', { code: codeOf(secret) })).status).toBe(200);
    expect((await signIn()).status).toBe(200);

    const second = await enrolled();
    const { client: admin } = await member('admin');
    expect((await admin.call('DELETE', `/staff/${second.id}/totp`)).status).toBe(403);
    expect(await root.call('DELETE', `/staff/${second.id}/totp`)).toMatchObject({
      status: 200,
      body: { data: { totp_enabled: false } },
    });
    expect((await second.signIn()).status).toBe(200);

    const third = await enrolled();
    const reset = await app.app.get(AdminAccount).resetPassword(third.login);
    if (isRejection(reset)) throw new Error(reset.code);
    await anyone.login(third.login, reset.password);
  });

  it('are for staff', async () => {
    const login = unique();
    await root.create('/partners', { name: 'P', login, password: PASSWORD });
    const partner = await anyone.login(login, PASSWORD);
    expect((await partner.call('POST', '/auth/totp/enrol')).status).toBe(403);
  });
});
