import { spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Webhooks } from '../../src/contexts/webhooks/domain/webhooks.js';
import { EndpointSecrets } from '../../src/contexts/webhooks/secrets/endpoint-secrets.js';
import { signedRequest } from '../../src/contexts/webhooks/secrets/signed-request.js';
import { SystemIds } from '../../src/platform/kernel/ids.js';
import { Vault } from '../../src/platform/security/vault.js';
import { foldEvents } from '../support/given.js';
import { MemoryKeyStore } from '../support/memory-key-store.js';

const PARTNER = '01900000-0000-7000-8000-00000000b001';
/** What Go compiles to. */
const folder = mkdtempSync(join(tmpdir(), 'keyforge-verify-'));
const VERIFIERS = [
  ['Node', ['node', 'docs/webhooks/verify.mjs']],
  ['Python', ['python3', 'docs/webhooks/verify.py']],
  ['Go', [join(folder, 'verify')]],
] as const;

interface Vector {
  readonly secrets: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A request as the product makes it, in the middle of a change of secrets. */
async function vector(nowMs: number): Promise<Vector> {
  const secrets = new EndpointSecrets(new Vault(new MemoryKeyStore()), new SystemIds());
  const [old, current] = [await secrets.make(PARTNER), await secrets.make(PARTNER)];
  const fields = {
    url: 'https://partner.example/',
    eventTypes: ['order.confirmed'],
    description: null,
  } as const;
  const { webhooks } = foldEvents(Webhooks, [
    { type: 'WebhookCreated', data: { webhook: 1, ...fields, secret: old.secret } },
    {
      type: 'WebhookSecretRotated',
      data: { webhook: 1, secret: current.secret, previousValidUntil: new Date(nowMs + 1_000).toISOString() },
    },
  ]);
  const body = { id: 'evt_1', type: 'order.confirmed', data: { order_id: 'Größe "№ 1" – 🎮' } };
  const request = await signedRequest(secrets, PARTNER, webhooks.get(1)!, { id: 'evt_1', body, nowMs });
  return { secrets: [current.clear, old.clear], headers: request.headers, body: request.body };
}

function verdict(command: readonly string[], secret: string, { headers, body }: Vector): string {
  const [program, ...rest] = command as [string, ...string[]];
  const names = ['webhook-id', 'webhook-timestamp', 'webhook-signature'];
  const { stdout, error } = spawnSync(program, [...rest, secret, ...names.map((name) => headers[name]!)], {
    ...{ input: body, encoding: 'utf8' },
  });
  if (error) throw error;
  return stdout.trim();
}

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const isThere = ([language, [program]]: (typeof VERIFIERS)[number]): boolean => {
  const attempt =
    language === 'Go'
      ? spawnSync('go', ['build', '-o', program, 'docs/webhooks/verify.go'])
      : spawnSync(program, ['--version']);
  return attempt.status === 0;
};
const present = VERIFIERS.filter(isThere);

it('Node and one more of the languages are here to try', () => {
  expect(present.length).toBeGreaterThanOrEqual(2);
});

it.each(present)(
  'what partners verify with in %s agrees with what is signed',
  async (_, command) => {
    const good = await vector(Date.now());
    for (const secret of good.secrets) expect(verdict(command, secret, good)).toBe('verified');
    const stranger = (await vector(Date.now())).secrets[0]!;
    expect(verdict(command, stranger, good)).toBe('refused');
    expect(verdict(command, good.secrets[0]!, { ...good, body: `${good.body} ` })).toBe('refused');
    const old = await vector(Date.now() - 6 * 60_000);
    expect(verdict(command, old.secrets[0]!, old)).toBe('refused');
  },
  60_000,
);

it.each(present)('in %s says no to what a stranger sends, whatever that is', async (_, command) => {
  const good = await vector(Date.now());
  const secret = good.secrets[0]!;
  const hostile: Record<string, string>[] = [
    { 'webhook-signature': '' },
    { 'webhook-signature': 'v1,é' },
    { 'webhook-signature': 'v1' },
    { 'webhook-timestamp': '' },
    { 'webhook-timestamp': '²' },
    { 'webhook-timestamp': '9'.repeat(5_000) },
  ];
  for (const headers of hostile) {
    expect([
      headers,
      verdict(command, secret, { ...good, headers: { ...good.headers, ...headers } }),
    ]).toEqual([headers, 'refused']);
  }
});

it.each(present)('in %s takes nothing for signed where its secret was left empty', async (_, command) => {
  const good = await vector(Date.now());
  const { 'webhook-id': id, 'webhook-timestamp': timestamp } = good.headers;
  const forged = createHmac('sha256', '').update(`${id}.${timestamp}.${good.body}`).digest('base64');
  const headers = { ...good.headers, 'webhook-signature': `v1,${forged}` };
  for (const secret of ['', 'whsec_']) expect(verdict(command, secret, { ...good, headers })).toBe('refused');
});

it('in Node says no where a header is missing', async () => {
  const { secrets, headers, body } = await vector(Date.now());
  const names = ['webhook-id', 'webhook-timestamp'];
  const given = [secrets[0]!, ...names.map((name) => headers[name]!)];
  const { stdout } = spawnSync('node', ['docs/webhooks/verify.mjs', ...given], {
    input: body,
    encoding: 'utf8',
  });
  expect(stdout.trim()).toBe('refused');
});
