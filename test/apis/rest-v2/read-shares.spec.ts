import { once } from 'node:events';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AuditReader } from '../../../src/apis/rest-v2/audit/audit.reader.js';
import { READS_AT_ONCE, READS_WAITING } from '../../../src/apis/rest-v2/limits.js';
import { startTestApp, type TestApp } from '../../support/app.js';
import { Client } from './client.js';

const PASSWORD = 'correct horse battery staple';
const PATH = '/audit/events';
const NOTHING = { events: [], next_cursor: null } as never;

let app: TestApp;
let admin: Client;
let auditor: Client;
let address: AddressInfo;
/** What the reads that are being worked on wait for. */
let working: (() => void)[];

beforeAll(async () => {
  app = await startTestApp({ settings: { KEYFORGE_ADMIN_PASSWORD: PASSWORD } });
  admin = await new Client(app).login('admin', PASSWORD);
  await admin.create('/staff', { name: 'Auditor', login: 'aud', password: PASSWORD, role: 'auditor' });
  auditor = await new Client(app).login('aud', PASSWORD);
  await app.app.listen(0, '127.0.0.1');
  address = app.app.getHttpServer().address() as AddressInfo;
});
afterAll(() => app.close());

beforeEach(() => {
  working = [];
  jest.spyOn(app.app.get(AuditReader), 'events').mockImplementation(async () => {
    await new Promise<void>((resolve) => working.push(resolve));
    return NOTHING;
  });
});
afterEach(() => jest.restoreAllMocks());

const turns = async (count = 20): Promise<void> => {
  for (let turn = 0; turn < count; turn += 1) await new Promise(setImmediate);
};

/** Lets everything go on to its end. */
async function finish(): Promise<void> {
  while (working.length > 0) {
    for (const done of working.splice(0)) done();
    await turns();
  }
}

it('a login has a few reads under way, however many it sends, and keeps nobody else waiting', async () => {
  const sent = Array.from({ length: 40 }, () => admin.get(PATH));
  await turns();
  expect(working).toHaveLength(READS_AT_ONCE);
  const other = auditor.get(PATH);
  await turns();
  expect(working).toHaveLength(READS_AT_ONCE + 1);
  const write = await admin.post('/suppliers', { name: 'Meanwhile' });
  expect(write.status).toBe(201);
  await finish();
  expect((await Promise.all([...sent, other])).map(({ status }) => status)).toEqual(Array(41).fill(200));
});

it('what would wait behind too many is refused, and good a moment later', async () => {
  const sent = Array.from({ length: READS_AT_ONCE + READS_WAITING }, () => admin.get(PATH));
  await turns();
  const late = await admin.get(PATH);
  expect([late.status, late.headers['retry-after']]).toEqual([429, '5']);
  await finish();
  expect(new Set((await Promise.all(sent)).map(({ status }) => status))).toEqual(new Set([200]));
  const again = admin.get(PATH);
  await turns();
  await finish();
  expect((await again).status).toBe(200);
});

it('a read whose connection is broken by its turn is not done', async () => {
  const { token } = admin;
  const send = () => {
    const sent = request({
      port: address.port,
      host: address.address,
      path: `/api${PATH}`,
      headers: { authorization: `Bearer ${token}` },
    });
    sent.on('error', () => undefined).end();
    return sent;
  };
  const held = Array.from({ length: READS_AT_ONCE }, () => admin.get(PATH));
  await turns();
  const gone = Array.from({ length: 5 }, send);
  await Promise.all(gone.map((one) => once(one, 'finish')));
  await new Promise((resolve) => setTimeout(resolve, 50));
  for (const one of gone) one.socket?.resetAndDestroy();
  await new Promise((resolve) => setTimeout(resolve, 50));
  for (const done of working.splice(0)) done();
  await turns(100);
  expect(working).toHaveLength(0);
  expect((await Promise.all(held)).every(({ status }) => status === 200)).toBe(true);
});
