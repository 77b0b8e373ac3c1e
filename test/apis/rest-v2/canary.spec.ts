import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import type { Type } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import { fieldsOf } from '../../../src/apis/rest-v2/openapi/dto.schema.js';
import { type Route, routesOf } from '../../../src/apis/rest-v2/openapi/routes.js';
import { REST_V2_CONTROLLERS } from '../../../src/apis/rest-v2/rest-v2.providers.js';
import { totpCode, totpStep } from '../../../src/platform/security/totp.js';
import { startTestApp, type TestApp } from '../../support/app.js';
import { queryString } from '../terminal-v1/transcript.js';
import { Client } from './client.js';

/** What callers bring. Each is where it belongs at least once, and where it does not belong everywhere else. */
const GIVEN = {
  adminPassword: 'c4n4ry-admin-pass',
  partnerPassword: 'c4n4ry-partner-pass',
  staffPassword: 'c4n4ry-staff-pass',
  wrongPassword: 'c4n4ry-wrong-pass',
  apiKey: 'c4n4ry-api-key-0123456789',
  partnerEmail: 'c4n4ry.partner@example.com',
  staffEmail: 'c4n4ry.staff@example.com',
  customerEmail: 'c4n4ry.customer@example.com',
  phone: '+994501234567',
  keyText: 'C4N4-RYKE-YTXT-0001',
  bulkKeyText: 'C4N4-RYKE-YTXT-0002',
  comment: 'c4n4ry said over the phone',
  idempotencyKey: 'c4n4ry-idempotency-key',
  webhookAnswer: 'c4n4ry-what-a-receiver-answers',
} as const;
/** How long the indexes' entries stay in memory before they are written. */
const FLUSH_MS = 1_200;

let app: TestApp;
let admin: Client;
/** What the product made: tokens and one-time secrets. */
const made: Record<string, string> = {};
/** What partners were told. */
const told: string[] = [];
const receiver = createServer(async (request, response) => {
  let text = JSON.stringify(request.headers);
  for await (const chunk of request) text += chunk;
  told.push(text);
  response.end(GIVEN.webhookAnswer);
});
let written: string[];
const errors: string[] = [];

const secrets = (): Record<string, string> => ({ ...GIVEN, ...made });
const secretsIn = (text: string | Buffer): string[] =>
  Object.entries(secrets())
    .filter(([, secret]) => text.includes(secret) || text.includes(encodeURIComponent(secret)))
    .map(([name]) => name);

beforeAll(async () => {
  written = [];
  for (const stream of [process.stdout, process.stderr]) {
    jest.spyOn(stream, 'write').mockImplementation((text) => {
      written.push(String(text));
      return true;
    });
  }
  await new Promise<void>((ready) => receiver.listen(0, '127.0.0.1', ready));
  app = await startTestApp({
    settings: { KEYFORGE_ADMIN_PASSWORD: GIVEN.adminPassword, WEBHOOK_ALLOW_PRIVATE: '127.0.0.1/32' },
  });
  await useEverything();
  for (const route of routesOf(REST_V2_CONTROLLERS)) await misuse(route);
}, 30_000);

afterAll(async () => {
  jest.restoreAllMocks();
  await app.close();
  receiver.closeAllConnections();
  receiver.close();
});

async function logIn(login: string, password: string): Promise<Client> {
  const { body } = await new Client(app).post('/auth/login', { login, password });
  made[`${login}Token`] = body.data.accessToken;
  made[`${login}Refresh`] = body.data.refreshToken.split('.').at(-1);
  return new Client(app, body.data.accessToken);
}

/** Every kind of secret through the route that is for it. */
async function useEverything(): Promise<void> {
  admin = await logIn('admin', GIVEN.adminPassword);
  const { id: vendor_id } = await admin.create('/suppliers', { name: 'S' });
  const { id: product_id } = await admin.create('/products', { name_en: 'P', vendor_id });
  const { id: package_id } = await admin.create('/packages', { name_en: 'K', product_id, price: 1 });
  const { id } = await admin.create('/partners', {
    ...{ name: 'P', login: 'kiosk', password: GIVEN.partnerPassword, api_key: GIVEN.apiKey },
    ...{ email: GIVEN.partnerEmail, phone: GIVEN.phone },
  });
  await admin.create('/staff', {
    ...{ name: 'M', login: 'clerk', password: GIVEN.staffPassword, role: 'manager', email: GIVEN.staffEmail },
  });
  const key = await admin.create('/keys', { package_id, key_text: GIVEN.keyText });
  await admin.post('/keys/bulk', { package_id, keys: [{ key_text: GIVEN.bulkKeyText }] });
  const topUp = { currency: 'AZN', amount: '100.00', reference: 'R-1', comment: GIVEN.comment };
  const again = { 'idempotency-key': GIVEN.idempotencyKey };
  await admin.call('POST', `/partners/${id}/balances/topup`, topUp, again);
  await admin.call('POST', `/keys/${key.id}/reveal`, undefined, again);
  await admin.call('POST', `/keys/${key.id}/reveal`, undefined, again);
  for (const search of [GIVEN.keyText, '0001']) await admin.get(`/keys?${queryString({ search })}`);

  const clerk = await logIn('clerk', GIVEN.staffPassword);
  const { body } = await clerk.call('POST', '/auth/totp/enrol');
  made.totp = body.data.secret;
  await clerk.post('/auth/totp/confirm', {
    code: totpCode(body.data.secret, totpStep(app.clock.now())),
  });
  await logIn('kiosk', GIVEN.partnerPassword);
  await new Client(app).post('/auth/login', { login: 'kiosk', password: GIVEN.wrongPassword });
  await app.settle();
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
  const webhook = await admin.create(`/partners/${id}/webhooks`, { url, event_types: ['order.confirmed'] });
  made.webhookSecret = webhook.secret.slice('whsec_'.length);
  const settings = { login: 'kiosk', password: GIVEN.partnerPassword };
  const data = { package: String(package_id), order: 'O-1', email: GIVEN.customerEmail };
  const query = queryString({ action: '6', settings, data });
  const sold = await send({ method: 'GET', url: `/api/v1/partners/service?${query}` });
  if (JSON.parse(sold.body).code !== '0') throw new Error(`not sold: ${sold.body}`);
  await app.settle();
  while (told.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
}

interface Sent {
  readonly method: string;
  readonly url: string;
  readonly headers?: Record<string, string>;
  readonly payload?: string;
}

async function send({ method, url, headers = {}, payload }: Sent) {
  const answer = await app.adapter
    .getInstance<FastifyInstance>()
    .inject({ method: method as 'GET', url, headers, payload });
  if (answer.statusCode >= 400) errors.push(`${method} ${url.split('?')[0]} ${answer.body}`);
  return answer;
}

/** A value of the wrong type in each field of a class, with everything secret in it. */
const wrongFields = (dto: Type): object[] =>
  fieldsOf(dto).map(({ name }) => ({ [name]: { inside: secrets() } }));

/** One route with secrets in all the wrong places. Nothing of it is a good request. */
async function misuse({ method, path, body }: Route): Promise<void> {
  const url = path.replace(/\{\w+\}/g, '987654321');
  const query = queryString(secrets());
  const json = { 'content-type': 'application/json' };
  const as = { authorization: `Bearer ${admin.token}` };
  const bodies = typeof body === 'function' ? wrongFields(body) : [];
  const requests: Omit<Sent, 'method'>[] = [
    { url: `${url}?${query}`, headers: as },
    { url, headers: { authorization: `Bearer ${made.adminToken}x`, cookie: query } },
    { url, headers: { authorization: GIVEN.adminPassword } },
    { url, headers: { ...as, ...json, 'idempotency-key': `${GIVEN.idempotencyKey} ü` }, payload: '{}' },
    { url, headers: { ...as, 'x-wait-for-position': GIVEN.apiKey } },
    { url, headers: { ...as, ...json }, payload: JSON.stringify(secrets()).slice(0, -1) },
    { url, headers: { ...as, ...json }, payload: JSON.stringify({ unknown: secrets() }) },
    { url, headers: { ...as, ...json }, payload: JSON.stringify(Object.values(secrets())) },
    { url, headers: { ...as, 'content-type': 'text/plain' }, payload: JSON.stringify(secrets()) },
    ...bodies.map((wrong) => ({ url, headers: { ...as, ...json }, payload: JSON.stringify(wrong) })),
  ];
  const withoutBody = method === 'get';
  for (const { payload, ...request } of requests) {
    await send({ method: method.toUpperCase(), ...request, payload: withoutBody ? undefined : payload });
  }
}

it('is driven through every route', () => {
  expect(routesOf(REST_V2_CONTROLLERS).length).toBeGreaterThan(30);
  expect(errors.length).toBeGreaterThan(200);
  expect(Object.keys(made)).toEqual(expect.arrayContaining(['adminToken', 'adminRefresh', 'totp']));
});

it('is in no log line', () => {
  expect(app.lines.length).toBeGreaterThan(100);
  expect([...app.lines, ...written].filter((line) => secretsIn(line).length > 0)).toEqual([]);
});

it('is in nothing that partners are told', () => {
  expect(told.join()).toContain('order.confirmed');
  expect(told.filter((text) => secretsIn(text).length > 0)).toEqual([]);
});

it('is in no answer that refuses', () => {
  expect(errors.filter((answer) => secretsIn(answer).length > 0)).toEqual([]);
});

it('is in no event in clear', async () => {
  const events = await app.engines.events.readAll(0n);
  expect(events.length).toBeGreaterThan(20);
  const telling = events.filter(
    ({ data, metadata }) => secretsIn(data).length + secretsIn(metadata).length > 0,
  );
  expect(telling.map(({ type, data }) => `${type} ${data}`)).toEqual([]);
});

it('is in no file of the data directory: log, indexes, snapshots, read models, answers kept', async () => {
  await new Promise((resolve) => setTimeout(resolve, FLUSH_MS));
  const folder = dirname(app.engines.embedded!.logDirectory);
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
  const found = files.flatMap((file) => {
    const path = join(file.parentPath, file.name);
    return secretsIn(readFileSync(path)).map((secret) => `${secret} in ${path.slice(folder.length)}`);
  });
  expect(files.map(({ parentPath }) => parentPath.slice(folder.length + 1))).toEqual(
    expect.arrayContaining(['log', 'documents', 'indexes', 'idempotency']),
  );
  expect(found).toEqual([]);
});
