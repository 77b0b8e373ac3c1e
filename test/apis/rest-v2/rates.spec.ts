import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { startTestApp, type TestApp } from '../../support/app.js';
import { Client } from './client.js';

const PASSWORD = 'correct horse battery staple';
const PATIENCE_MS = 3_000;

let bank: Server;
let app: TestApp;
let admin: Client;

beforeAll(async () => {
  bank = createServer((request, response) => {
    const date = /(\d\d\.\d\d\.\d{4})\.xml$/.exec(request.url ?? '')?.[1];
    const valute = (code: string, nominal: number, value: string) =>
      `<Valute Code="${code}"><Nominal>${nominal}</Nominal><Value>${value}</Value></Valute>`;
    response.end(
      `<ValCurs Date="${date}"><ValType>${valute('USD', 1, '1.7')}${valute('RUB', 100, '2.1')}</ValType></ValCurs>`,
    );
  });
  await new Promise<void>((resolve) => bank.listen(0, '127.0.0.1', resolve));
  const { port } = bank.address() as AddressInfo;
  const settings = {
    KEYFORGE_ADMIN_PASSWORD: PASSWORD,
    RATES_URL: `http://127.0.0.1:${port}/currencies/{date}.xml`,
  };
  app = await startTestApp({ settings });
  admin = await new Client(app).login('admin', PASSWORD);
});
afterAll(async () => {
  await app.close();
  bank.close();
});

it('the rates of the day are there soon after a start, and prices follow them', async () => {
  let rates = (await admin.get('/rates')).body.data;
  for (let waited = 0; !rates.USD && waited < PATIENCE_MS; waited += 20) {
    await delay(20);
    rates = (await admin.get('/rates')).body.data;
  }
  expect(rates).toEqual({ USD: '1.7000', RUB: '0.0210' });
  const { id: vendor_id } = await admin.create('/suppliers', { name: 'S' });
  const { id: product_id } = await admin.create('/products', { name_en: 'P', vendor_id });
  const { prices } = await admin.create('/packages', { name_en: 'K', product_id, price: 21 });
  expect(prices).toEqual({ AZN: 21, USD: 12.35, EUR: null, TRY: null, RUB: 1000 });
});

it('staff may set others, and take them away', async () => {
  expect((await admin.put('/rates', { USD: '1.65', RUB: null })).body.data).toEqual({ USD: '1.65' });
});

it.each([
  [{ AZN: '1' }, 'AZN'],
  [{ GBP: '2' }, 'GBP'],
  [{ USD: '0' }, 'USD'],
  [{ USD: true }, 'USD'],
  [{ USD: '1e3' }, 'USD'],
])('%j are no rates', async (body, field) => {
  const { status, body: answer } = await admin.put('/rates', body);
  expect([status, answer.error]).toEqual([400, expect.stringContaining(field)]);
});
