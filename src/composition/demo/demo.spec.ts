import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { startTestApp, type TestApp } from '../../../test/support/app.js';
import { MasterKey } from '../../platform/security/master-key.js';
import { rotateMasterKey } from '../../platform/security/master-key-file.js';
import { bannerText } from '../banner.js';
import { interrupted } from '../operations/interruption.js';
import type { Progress } from '../operations/operation-types.js';
import { operationsOn } from '../operations/operations.js';
import { Sandbox } from './sandbox.js';

type Emit = (progress: Progress) => void;
const URL_SHOWN = 'http://127.0.0.1:3000';
let dataDir: string;
let app: TestApp;

const start = async (settings: Record<string, string> = {}): Promise<void> => {
  app = await startTestApp({ settings: { DATA_DIR: dataDir, KEYFORGE_DEMO: '1', ...settings } });
};
const restart = async (settings: Record<string, string> = {}): Promise<void> => {
  await app.close();
  await start(settings);
};
const operations = () => operationsOn(app, { nodeEnv: 'test', dataDir, masterKey: null } as never);
const run = (name: 'demo-load' | 'demo-remove') =>
  operations()[name]({}, () => undefined, new AbortController().signal);
const banner = (adminPassword: string | null = null): string =>
  bannerText(URL_SHOWN, { publicUrl: URL_SHOWN, port: 3000, adminPassword }, app);

/** Pastes the banner's line into a shell whose `curl` shows its arguments, and sends what it asked for. */
async function paste(): Promise<{ code: string; data?: { keyText: string } }> {
  const line = banner()
    .split('\n')
    .find((text) => text.includes('curl '));
  const script = `curl() { printf '%s\\n' "$@"; }; ${line}`;
  const words = execFileSync('bash', ['-c', script], { encoding: 'utf8' }).split('\n');
  const query = new URLSearchParams();
  for (const word of words) {
    const [, name, value] = /^(\w+)=(.*)$/.exec(word) ?? [];
    if (name) query.set(name, value!);
  }
  const path = words.find((word) => word.startsWith(URL_SHOWN))!.slice(URL_SHOWN.length);
  const answer = await app.adapter.getInstance().inject({ method: 'GET', url: `${path}?${query}` });
  return answer.json();
}

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'kf-demo-'));
});
afterEach(async () => {
  await app.close();
  rmSync(dataDir, { recursive: true, force: true });
});

describe('the sandbox', () => {
  it('sells another demo key each time its line is pasted, at every start', async () => {
    await start();
    const keys = [await paste(), await paste()];
    expect(app.admin?.password).toHaveLength(20);
    expect(banner()).toContain(app.admin?.password);
    expect(banner('given')).not.toContain(app.admin?.password);
    await restart();
    keys.push(await paste());
    const texts = keys.map(({ code, data }) => (code === '0' ? data?.keyText : code));
    expect(new Set(texts).size).toBe(3);
    for (const text of texts) expect(text).toMatch(/^DEMO-/);
    expect(app.admin).toBeNull();
    expect(banner()).not.toContain('password  ');
  });

  it('is complete before the admin is made, so that a start that breaks off has not used the password up', async () => {
    const breaking = jest.spyOn(Sandbox.prototype, 'open').mockRejectedValueOnce(new Error('broke off'));
    await expect(start()).rejects.toThrow('broke off');
    breaking.mockRestore();
    await start();
    expect(app.admin?.password).toHaveLength(20);
  });

  it('is not made when the settings want none, nor later on a directory that is in use', async () => {
    await start({ KEYFORGE_DEMO: '0' });
    expect(app.sandbox).toBeNull();
    expect(app.hasForgottenSandbox).toBe(false);
    await restart();
    expect(app.sandbox).toBeNull();
    expect(banner()).not.toContain('curl');
  });

  it('is pointed at when it is there although the settings want none', async () => {
    await start();
    await restart({ KEYFORGE_DEMO: '0' });
    expect(app.hasForgottenSandbox).toBe(true);
    expect(banner()).not.toContain('curl');
    expect(banner()).toContain('demo remove');
  });

  it('gets its password back after a rotation of the master key', async () => {
    await start();
    const before = app.sandbox!.password;
    await rotateMasterKey(dataDir, app.engines.keys, MasterKey.generate());
    await restart();
    expect(app.sandbox!.password).not.toBe(before);
    expect((await paste()).code).toBe('0');
  });

  it('is taken away for good: partner blocked, keys retired, nothing listed, no line printed', async () => {
    await start();
    const line = await paste();
    expect(line.code).toBe('0');
    const sold = app.sandbox!;
    expect(await run('demo-remove')).toMatchObject({
      blockedPartners: 1,
      retiredKeys: 999,
      deletedPackages: 1,
    });
    expect((await paste()).code).toBe('0-11');
    expect(await run('demo-remove')).toEqual({ blockedPartners: 0, retiredKeys: 0, deletedPackages: 0 });
    await restart();
    expect(app.sandbox).toBeNull();
    expect(banner()).not.toContain(sold.password);
  });
});

it('an operation that cannot be done as asked says why', async () => {
  await start({ KEYFORGE_DEMO: '0' });
  const { signal } = new AbortController();
  const ask = operations();
  const missing = { path: join(dataDir, 'none.csv'), package: '99' };
  await expect(ask['import-keys'](missing, () => undefined, signal)).rejects.toThrow('no package 99');
  const nobody = ask['reset-password']({ login: 'nobody' }, () => undefined, signal);
  await expect(nobody).rejects.toThrow('no account with the login nobody');
  const given = MasterKey.generate().reveal();
  const rotation = ask['rotate-master-key']({ nextKey: given }, () => undefined, signal);
  await expect(rotation).rejects.toThrow('leave --new-key out');
  const production = { nodeEnv: 'production', dataDir, masterKey: Buffer.alloc(32) };
  const configured = operationsOn(app, production as never);
  const lost = configured['rotate-master-key']({ nextKey: null }, () => undefined, signal);
  await expect(lost).rejects.toThrow('--new-key FILE');
  await expect(configured['demo-load']({}, () => undefined, signal)).rejects.toThrow('production');
});

it('operations that nobody wants any more end at a step, and a backup leaves nothing', async () => {
  await start({ KEYFORGE_DEMO: '0' });
  const endedAt = async (stage: string, start: (emit: Emit, signal: AbortSignal) => Promise<unknown>) => {
    const unwanted = new AbortController();
    const stages: string[] = [];
    const emit: Emit = (progress) => {
      stages.push(progress.stage);
      if (progress.stage === stage) unwanted.abort(interrupted());
    };
    await expect(start(emit, unwanted.signal)).rejects.toMatchObject({ code: 'Interrupted' });
    expect(stages.filter((one) => one === stage)).toHaveLength(1);
    expect(stages.at(-1)).toBe(stage);
  };
  const ask = operations();
  await endedAt('Keys', (emit, signal) => ask['demo-load']({}, emit, signal));
  await endedAt('Packages', (emit, signal) => ask['demo-remove']({}, emit, signal));
  const folder = join(dataDir, '..', `copy-of-${basename(dataDir)}`);
  await endedAt('Uploads', (emit, signal) => ask.backup({ folder }, emit, signal));
  expect(readdirSync(folder)).toEqual([]);
  rmSync(folder, { recursive: true });
});

it('the loaded shop is what it says, and loading again adds nothing', async () => {
  await start();
  const first = await run('demo-load');
  expect(first).toMatchObject({ packages: 120, addedKeys: 20_000, sales: 900, refused: 0 });
  const again = await run('demo-load');
  expect(again).toMatchObject({ addedKeys: 0, sales: 0, refunds: 0, cancelledReservations: 0 });
  const { projections } = await operations()['projections-list'](
    {},
    () => undefined,
    new AbortController().signal,
  );
  const { login, password } = app.sandbox!;
  const query = new URLSearchParams({ action: '1', settings: JSON.stringify({ login, password }) });
  const listed = await app.adapter.getInstance().inject(`/api/v1/partners/service?${query}`);
  // The sandbox partner buys without paying: whatever else is in stock is not for it.
  expect(listed.json().data).toHaveLength(1);
  const documents = Object.fromEntries(projections.map((one) => [one.name, one.documents]));
  expect(documents).toMatchObject({
    suppliers: 9,
    categories: 6,
    products: 41,
    packages: 121,
    partners: 13,
    orders: 900,
  });
  await run('demo-remove');
  await expect(run('demo-load')).rejects.toThrow('removed');
}, 90_000);
