import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { EXPORTS_AT_ONCE } from '../../../src/apis/rest-v2/limits.js';
import { OrderExport } from '../../../src/apis/rest-v2/orders/order-export.js';
import { StatementReader } from '../../../src/apis/rest-v2/partners/statement.reader.js';
import { startTestApp, type TestApp } from '../../support/app.js';
import { Client } from './client.js';

const PASSWORD = 'correct horse battery staple';

/** More than the sockets between the two keep takes a few of them. */
const LINE = `a line${' '.repeat(200_000)}\r\n`;

interface Download {
  readonly sent: ClientRequest;
  readonly status: number;
  readonly retryAfter: string | undefined;
  /** Once it is read; rejects where it was broken off. */
  readonly body: Promise<string>;
}

let app: TestApp;
let head: Client;
let partnerId: number;
let address: AddressInfo;
/** Each test has a login of its own. */
let logins = 0;
let admin: Client;
/** Ends exports, in the order in which they began. */
let ends: ((failure?: Error) => void)[];
/** Exports whose lines are being read. */
let reading = 0;
let asked: Download[];

beforeAll(async () => {
  app = await startTestApp({ settings: { KEYFORGE_ADMIN_PASSWORD: PASSWORD } });
  head = await new Client(app).login('admin', PASSWORD);
  partnerId = (await head.create('/partners', { name: 'P', login: 'partner', password: PASSWORD })).id;
  await app.app.listen(0, '127.0.0.1');
  address = app.app.getHttpServer().address() as AddressInfo;
});
afterAll(() => app.close());

async function* lines(): AsyncGenerator<string> {
  reading += 1;
  let end = false as Error | boolean;
  ends.push((failure) => {
    end = failure ?? true;
  });
  try {
    while (end === false) {
      yield LINE;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    if (end instanceof Error) throw end;
    yield 'the last line\r\n';
  } finally {
    reading -= 1;
  }
}

beforeEach(async () => {
  ends = [];
  asked = [];
  logins += 1;
  const login = `admin${logins}`;
  await head.create('/staff', { name: 'Admin', login, password: PASSWORD, role: 'admin' });
  admin = await new Client(app).login(login, PASSWORD);
  jest.spyOn(app.app.get(OrderExport), 'stream').mockImplementation(() => Readable.from(lines()));
  jest.spyOn(app.app.get(StatementReader), 'csv').mockImplementation(() => lines());
});
afterEach(async () => {
  for (const { sent } of asked) sent.destroy();
  await until(() => reading === 0);
  jest.restoreAllMocks();
});

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let look = 0; look < 200; look += 1) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('it never came to be so');
}

const textOf = async (response: IncomingMessage): Promise<string> => {
  let text = '';
  for await (const chunk of response) text += chunk;
  return text;
};

/** Resolves when an answer has begun. */
const ask = ({ token }: Client, path = '/orders/export/csv', method = 'GET'): Promise<Download> =>
  new Promise((resolve, reject) => {
    const { port, address: host } = address;
    const headers = { authorization: `Bearer ${token}` };
    const sent = request({ method, port, host, agent: false, path: `/api${path}`, headers }, (response) => {
      const body = textOf(response);
      body.catch(() => undefined);
      const { statusCode: status = 0, headers: answered } = response;
      const download = { sent, status, retryAfter: answered['retry-after'], body };
      asked.push(download);
      resolve(download);
    });
    sent.on('error', reject).end();
  });

async function askMany(count: number, client = admin): Promise<Download[]> {
  const downloads: Download[] = [];
  for (let place = 0; place < count; place += 1) downloads.push(await ask(client));
  return downloads;
}

/** Whether a place is free again, which an export takes and keeps. */
const takesAPlace = async (): Promise<boolean> => (await ask(admin)).status === 200;

it('a login has four exports under way and no more, while others go on with theirs', async () => {
  expect((await askMany(EXPORTS_AT_ONCE)).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  const late = await ask(admin);
  expect([late.status, late.retryAfter]).toEqual([429, '5']);
  expect(JSON.parse(await late.body)).toEqual({
    success: false,
    error: 'Too many exports of yours are under way',
  });
  expect((await ask(admin, `/partners/${partnerId}/transactions/export/csv`)).status).toBe(429);
  expect((await ask(head)).status).toBe(200);
  expect((await admin.get('/orders')).status).toBe(200);
});

it('one that came to its end leaves its place', async () => {
  const downloads = await askMany(EXPORTS_AT_ONCE);
  ends[0]!();
  const ended = await Promise.race(downloads.map(({ body }) => body));
  expect(ended).toMatch(/^a line *\r\n.*the last line\r\n$/s);
  await until(takesAPlace);
  expect((await ask(admin)).status).toBe(429);
});

it('one whose client leaves in the middle leaves its place, and is not read on', async () => {
  const downloads = await askMany(EXPORTS_AT_ONCE);
  downloads[1]!.sent.destroy();
  await until(() => reading === EXPORTS_AT_ONCE - 1);
  await until(takesAPlace);
  expect((await ask(admin)).status).toBe(429);
});

it('so does one whose client reads nothing and leaves then', async () => {
  const { port, address: host } = address;
  const headers = { authorization: `Bearer ${admin.token}` };
  const idle = Array.from({ length: EXPORTS_AT_ONCE }, () =>
    request({ port, host, agent: false, path: '/api/orders/export/csv', headers }, (answer) => answer.pause())
      .on('error', () => undefined)
      .end(),
  );
  await until(() => reading === EXPORTS_AT_ONCE);
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect((await ask(admin)).status).toBe(429);
  for (const one of idle) one.destroy();
  await until(() => reading === 0);
  await until(takesAPlace);
});

it('one that fails in the middle leaves its place', async () => {
  await askMany(EXPORTS_AT_ONCE);
  ends[2]!(new Error('the read store is gone'));
  await until(takesAPlace);
  expect((await ask(admin)).status).toBe(429);
});

it('statements count as orders do', async () => {
  const path = `/partners/${partnerId}/transactions/export/csv`;
  for (let place = 0; place < EXPORTS_AT_ONCE; place += 1) expect((await ask(admin, path)).status).toBe(200);
  expect((await ask(admin)).status).toBe(429);
  asked[0]!.sent.destroy();
  await until(takesAPlace);
});

it.each([
  ['that are refused', 'GET', '/orders/export/csv?partnerId=none', 400],
  ['of a partner that there is not', 'GET', '/partners/999/transactions/export/csv', 404],
  ['asked for by HEAD', 'HEAD', '/orders/export/csv', 200],
])('exports %s leave their places', async (_which, method, path, status) => {
  for (let place = 0; place < 3 * EXPORTS_AT_ONCE; place += 1) {
    const answer = await ask(admin, path, method);
    expect(answer.status).toBe(status);
    await answer.body;
  }
  expect((await askMany(EXPORTS_AT_ONCE)).map((one) => one.status)).toEqual([200, 200, 200, 200]);
});
