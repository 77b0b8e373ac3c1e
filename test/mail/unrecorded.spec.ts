import { setTimeout as sleep } from 'node:timers/promises';
import { EventStoreError } from '../../src/platform/event-store/event-store.js';
import { Client } from '../apis/rest-v2/client.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { SmtpProcess } from '../support/mail/smtp-process.js';

const PASSWORD = 'correct horse battery staple';
const WAIT_MS = 20_000;
const FAILURES = 3;

let app: TestApp;
let smtp: SmtpProcess;
let admin: Client;
beforeAll(async () => {
  smtp = await SmtpProcess.start(['take']);
  app = await startTestApp({
    bySystemClock: true,
    settings: { KEYFORGE_ADMIN_PASSWORD: PASSWORD, SMTP_URL: smtp.url, MAIL_FROM: 'keys@shop.example' },
  });
  admin = await new Client(app).login('admin', PASSWORD);
  const { id: vendor_id } = await admin.create('/suppliers', { name: 'S' });
  const { id: product_id } = await admin.create('/products', { name_en: 'Game', vendor_id });
  const { id: package_id } = await admin.create('/packages', { name_en: 'K', product_id, price: 1 });
  await admin.post('/keys/bulk', { package_id, keys: [{ key_text: 'AAAA-BBBB-CCCC' }] });
  await admin.create('/partners', { name: 'Shop', login: 'shop', password: PASSWORD });
}, 30_000);
afterAll(async () => {
  await app.close();
  await smtp.stop();
});

async function until(isThere: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = performance.now() + WAIT_MS; !(await isThere()); await sleep(20)) {
    if (performance.now() > end) throw new Error('it did not come');
  }
}

it('what was sent is sent once, however often the log has no room to say so', async () => {
  const { events } = app.engines;
  const append = events.append.bind(events);
  let refused = 0;
  events.append = (batch) => {
    const isAnswer = batch.some(({ stream }) => stream.includes('.delivery-')) && smtp.taken.length > 0;
    if (!isAnswer || refused === FAILURES) return append(batch);
    refused += 1;
    throw new EventStoreError('StorageFull', 'there is no space left for the log', 'nothing');
  };
  const settings = JSON.stringify({ login: 'shop', password: PASSWORD });
  const data = JSON.stringify({ package: '1', order: 'O-1', email: 'buyer@shop.example' });
  const query = new URLSearchParams({ action: '6', settings, data });
  expect((await new Client(app).get(`/v1/partners/service?${query}`)).body.code).toBe('0');

  const status = async () => (await admin.get('/deliveries')).body.data[0]?.status;
  await until(async () => (await status()) === 'sent');
  expect(refused).toBe(FAILURES);
  expect(smtp.taken.map(({ to }) => to)).toEqual(['buyer@shop.example']);
}, 60_000);
