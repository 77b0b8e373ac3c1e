import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  idleSettings,
  loadSettings,
  readEnvironment,
  SettingsError,
  unsupportedSettings,
} from './settings.js';
import { SETTINGS, type Setting } from './settings-schema.js';

const KEY_HEX = 'ab'.repeat(32);

function problemsOf(env: Record<string, string>): string[] {
  try {
    loadSettings(env);
  } catch (error) {
    if (error instanceof SettingsError) return error.message.split('\n');
    throw error;
  }
  return [];
}

describe('settings', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'keyforge-settings-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const file = (name: string, content: string | Buffer): string => {
    const path = join(directory, name);
    writeFileSync(path, content);
    return path;
  };

  it('all have defaults that a newcomer can start with', () => {
    expect(loadSettings({})).toMatchObject({
      nodeEnv: 'development',
      host: '127.0.0.1',
      port: 3000,
      publicUrl: 'http://localhost:3000',
      trustedProxies: [],
      dataDir: resolve('data'),
      demo: true,
      adminPassword: null,
      masterKey: null,
      businessTimeZone: 'Asia/Baku',
      reservationTtlSeconds: 600,
      releaseCooldownSeconds: 0,
      defaultBillingMode: 'postpaid',
      defaultCreditLimit: null,
      streamNamespace: 'kf',
      logLevel: 'info',
      role: 'all',
    });
  });

  it('come out typed', () => {
    const settings = loadSettings({
      PORT: '8080',
      KEYFORGE_DEMO: '0',
      TRUSTED_PROXIES: '10.0.0.0/8, 192.0.2.1',
      KEYFORGE_MASTER_KEY: KEY_HEX,
      PUBLIC_URL: 'https://shop.example.com/',
      SURFACE_HOSTS: 'pay.example.com=terminal-v1',
    });
    expect(settings.port).toBe(8080);
    expect(settings.demo).toBe(false);
    expect(settings.trustedProxies.map((cidr) => cidr.prefixBits)).toEqual([8, 32]);
    expect(settings.masterKey).toEqual(Buffer.from(KEY_HEX, 'hex'));
    expect(settings.publicUrl).toBe('https://shop.example.com');
    expect([...settings.surfaceHosts]).toEqual([['pay.example.com', 'terminal-v1']]);
  });

  it.each([
    ['PORT', '65536'],
    ['SURFACE_HOSTS', 'shop.example.com=storefront'],
    ['PORT', '80a'],
    ['PORT', '-1'],
    ['HOST', 'a b'],
    ['NODE_ENV', 'prod'],
    ['PUBLIC_URL', 'shop.example.com'],
    ['PUBLIC_URL', 'https://shop.example.com/?a=1'],
    ['PUBLIC_URL', 'https://user:word@shop.example.com'],
    ['KEYFORGE_DEMO', 'yes'],
    ['KEYFORGE_ADMIN_PASSWORD', 'short'],
    ['KEYFORGE_ADMIN_PASSWORD', 'ü'.repeat(37)],
    ['KEYFORGE_MASTER_KEY', 'ab'.repeat(31)],
    ['TRUSTED_PROXIES', '10.0.0.0/8;192.0.2.1'],
    ['BUSINESS_TIME_ZONE', 'Asia/Bakou'],
    ['BUSINESS_TIME_ZONE', '+04:00'],
    ['RESERVATION_TTL_SECONDS', '0'],
    ['RESERVATION_TTL_SECONDS', '1.5'],
    ['DEFAULT_BILLING_MODE', 'credit'],
    ['DEFAULT_CREDIT_LIMIT', '-5'],
    ['RELEASE_COOLDOWN_SECONDS', 'none'],
    ['STREAM_NAMESPACE', 'kf-test'],
    ['LOG_LEVEL', 'verbose'],
    ['ROLE', 'web'],
    ['PUBLIC_URL', 'https://admin:password@shop.example.com'],
    ['RATES_URL', 'ftp://example.com'],
    ['RATES_URL', 'https://user:password@example.com/rates.xml'],
    ['SMTP_URL', 'mail.example.com'],
    ['SMTP_URL', 'smtp://user:pass#word@mail.example.com:25'],
    ['SMTP_URL', 'smtp://user:pass/word@mail.example.com'],
    ['SMTP_URL', 'smtp://user:password@'],
    ['RESEND_URL', 'https://resend.example:port'],
    ['RESEND_URL', 'https://user@relay.example.com'],
    ['SURFACE_HOSTS', 'pay.example.com=till'],
    ['CABINET_HOSTS', 'cabinet.example.com'],
    ['WEBHOOK_ALLOW_PRIVATE', 'private'],
    ['EVENTSTORE_URL', 'http://localhost:2113'],
    ['MONGODB_URL', 'localhost:27017'],
    ['REDIS_URL', 'redis://'],
    ['REDIS_URL', 'redis://:pass#word@localhost:6379'],
    ['REDIS_URL', 'redis://:100%@localhost:6379'],
    ['REDIS_URL', 'redis://localhost:6379/jobs'],
    ['REDIS_URL', 'redis://localhost:6379/-1'],
  ])('refuse %s=%s, naming the variable and what it allows', (variable, value) => {
    const problems = problemsOf({ [variable]: value });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(`${variable} must be `);
  });

  it('report every wrong value at once', () => {
    expect(problemsOf({ PORT: 'x', ROLE: 'y' }).map((line) => line.split(' ')[0])).toEqual(['PORT', 'ROLE']);
  });

  it('never repeat the value of a secret', () => {
    const secrets = Object.values<Setting<unknown>>(SETTINGS).filter((setting) => setting.secret);
    for (const { variable, allowed } of secrets.filter((setting) => setting.allowed !== 'any text')) {
      expect(problemsOf({ [variable]: 'canary' })).toEqual([`${variable} must be ${allowed}`]);
    }
  });

  it('says what a URL is, but not the user and password in it', () => {
    const [problem] = problemsOf({ RATES_URL: 'https://user:c4n4ry@bank.example/rates' });
    expect(problem).toContain('(it is "https://…@bank.example/rates")');
  });

  it('take an empty variable for one that is not set', () => {
    expect(loadSettings({ PORT: '', KEYFORGE_MASTER_KEY: '' })).toMatchObject({
      port: 3000,
      masterKey: null,
    });
  });

  it.each<Record<string, string>>([{ RESEND_API_KEY: 're_x' }, { SMTP_URL: 'smtp://mail.example' }])(
    'demand the address that mail comes from in production, with %j',
    (provider) => {
      const production = { NODE_ENV: 'production', KEYFORGE_MASTER_KEY: KEY_HEX };
      const [problem, ...others] = problemsOf({ ...production, ...provider });
      expect(problem).toBe(
        `MAIL_FROM must be given with ${Object.keys(provider)[0]} in production: an address such as KeyForge <keys@example.com>`,
      );
      expect(others).toEqual([]);
      expect(problemsOf({ ...production, ...provider, MAIL_FROM: 'keys@shop.example' })).toEqual([]);
      expect(problemsOf(production)).toEqual([]);
      expect(problemsOf(provider)).toEqual([]);
    },
  );

  it('demand a master key in production, and make no sandbox there', () => {
    expect(problemsOf({ NODE_ENV: 'production' })[0]).toMatch(/^KEYFORGE_MASTER_KEY must be given/);
    const settings = loadSettings({ NODE_ENV: 'production', KEYFORGE_MASTER_KEY: KEY_HEX });
    expect(settings.demo).toBe(false);
  });

  it('take a master key in hexadecimal digits or in Base64', () => {
    const base64 = Buffer.from(KEY_HEX, 'hex').toString('base64');
    expect(loadSettings({ KEYFORGE_MASTER_KEY: base64 }).masterKey?.toString('hex')).toBe(KEY_HEX);
  });

  it('read a secret from a file, without its line break', () => {
    const path = file('key', `${KEY_HEX}\n`);
    expect(loadSettings({ KEYFORGE_MASTER_KEY_FILE: path }).masterKey?.toString('hex')).toBe(KEY_HEX);
    expect(problemsOf({ KEYFORGE_MASTER_KEY_FILE: join(directory, 'missing') })).toEqual([
      'KEYFORGE_MASTER_KEY_FILE names a file that cannot be read (ENOENT)',
    ]);
    expect(problemsOf({ KEYFORGE_MASTER_KEY_FILE: file('bad', 'canary') })[0]).not.toContain('canary');
  });

  it('refuse a secret given twice', () => {
    const env = { SMTP_URL: 'smtp://a', SMTP_URL_FILE: file('smtp', 'smtp://b') };
    expect(problemsOf(env)).toEqual(['SMTP_URL and SMTP_URL_FILE are both set; give one of them']);
  });

  it('name a host that a client can use where the server listens on all addresses', () => {
    expect(loadSettings({ HOST: '0.0.0.0', PORT: '8080' }).publicUrl).toBe('http://localhost:8080');
    expect(loadSettings({ HOST: '2001:db8::1' }).publicUrl).toBe('http://[2001:db8::1]:3000');
  });

  it('of a .env file stand behind the environment', () => {
    file('.env', 'PORT=4000\nLOG_LEVEL=debug\n');
    expect(readEnvironment({ PORT: '5000' }, directory)).toMatchObject({ PORT: '5000', LOG_LEVEL: 'debug' });
    expect(readEnvironment({ PORT: '5000' }, join(directory, 'missing'))).toEqual({ PORT: '5000' });
  });

  it('of a .env file hold where the environment has an empty variable', () => {
    file('.env', 'PORT=4000\n');
    expect(readEnvironment({ PORT: '' }, directory)).toMatchObject({ PORT: '4000' });
  });

  it('of a .env file are read behind a byte order mark', () => {
    file('.env', '\uFEFFNODE_ENV=production\n');
    expect(readEnvironment({}, directory)).toEqual({ NODE_ENV: 'production' });
  });

  it('are not taken from a .env file that cannot be read', () => {
    const path = file('.env', Buffer.from('PORT=4000\n', 'utf16le'));
    expect(() => readEnvironment({}, directory)).toThrow(`${path} must be a text file in UTF-8`);
    rmSync(path);
    mkdirSync(path);
    expect(() => readEnvironment({}, directory)).toThrow(
      new SettingsError([{ variable: path, message: 'cannot be read (EISDIR)' }]),
    );
  });

  it('that give a process a part of the work must give it all servers', () => {
    const servers = {
      EVENTSTORE_URL: 'esdb://localhost:2113',
      MONGODB_URL: 'mongodb://localhost',
      REDIS_URL: 'redis://localhost',
    };
    expect(loadSettings({ ...servers, ROLE: 'worker' }).role).toBe('worker');
    for (const missing of Object.keys(servers)) {
      const env = { ...servers, [missing]: '', ROLE: 'api' };
      expect(() => loadSettings(env)).toThrow(`ROLE api needs ${missing}: the embedded`);
      expect(loadSettings({ ...env, ROLE: 'all' }).role).toBe('all');
    }
  });

  it('that this release cannot follow are named', () => {
    expect(unsupportedSettings(loadSettings({}))).toEqual([]);
    expect(idleSettings(loadSettings({}))).toEqual([]);
    const env = { CABINET_HOSTS: '192.0.2.0/24' };
    expect(idleSettings(loadSettings(env))).toEqual(['CABINET_HOSTS']);
  });
});
