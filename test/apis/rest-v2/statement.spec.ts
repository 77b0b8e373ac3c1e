import { REVISIONS_PER_STRETCH } from '../../../projections/wallets/movement-sums.projection.js';
import { AccountDirectory } from '../../../src/contexts/partners/index.js';
import { Wallet, type WalletEvent, walletId } from '../../../src/contexts/wallets/index.js';
import { Executor } from '../../../src/platform/execution/transaction.js';
import { startTestApp, type TestApp } from '../../support/app.js';
import { queryString } from '../terminal-v1/transcript.js';
import { Client } from './client.js';

const PASSWORD = 'correct horse battery staple';
const DAY_MS = 86_400_000;

let app: TestApp;
let anyone: Client;
let admin: Client;

beforeAll(async () => {
  app = await startTestApp({ settings: { KEYFORGE_ADMIN_PASSWORD: PASSWORD } });
  anyone = new Client(app);
  admin = await anyone.login('admin', PASSWORD);
});
afterAll(() => app.close());

let names = 0;
const unique = (): string => `wallet${++names}`;

async function partner(fields: object = {}) {
  const login = unique();
  const { id } = await admin.create('/partners', { name: 'PayNet', login, password: PASSWORD, ...fields });
  const base = `/partners/${id}`;
  return {
    id,
    login,
    topUp: (amount: string, more: object = {}) =>
      admin.post(`${base}/balances/topup`, { currency: 'AZN', amount, reference: unique(), ...more }),
    adjust: (amount: number | string, more: object = {}) =>
      admin.post(`${base}/balances/adjust`, { currency: 'AZN', amount, reason: 'a mistake', ...more }),
    balances: async (query = '') => (await admin.get(`${base}/balances${query}`)).body.data,
    lines: async (query = '') => (await admin.get(`${base}/transactions${query}`)).body.data,
  };
}

const azn = (balance: string, held = '0.00', available = balance) => ({
  currency: 'AZN',
  balance,
  held,
  available,
});

describe('an adjustment', () => {
  it('credits or debits by its sign, once per reference', async () => {
    const { id, adjust, balances } = await partner();
    const body = { reference: 'ADJ-1' };
    const first = await adjust('50.00', body);
    expect(first).toMatchObject({
      status: 200,
      body: {
        data: { partner_id: id, amount: '50.00', reference: 'ADJ-1', reason: 'a mistake', ...azn('50.00') },
      },
    });
    expect((await adjust(50, { ...body, reason: 'another word' })).body).toEqual(first.body);
    for (const other of [await adjust('50.01', body), await adjust('50', { ...body, currency: 'USD' })]) {
      expect(other).toMatchObject({ status: 409, body: { error: expect.stringMatching(/^reference/) } });
    }
    expect((await adjust('-20.5')).body.data).toMatchObject({ amount: '-20.50', balance: '29.50' });
    expect((await adjust('-20.5')).body.data).toMatchObject({ balance: '9.00' });
    expect(await balances()).toEqual([azn('9.00')]);
  });

  it('may take a balance below the limit, and then nothing is sold', async () => {
    const { adjust, balances, login } = await partner({ billing_mode: 'prepaid' });
    expect((await adjust('-10')).status).toBe(200);
    expect(await balances()).toEqual([azn('-10.00')]);
    const { id: vendor_id } = await admin.create('/suppliers', { name: unique() });
    const { id: product_id } = await admin.create('/products', { name_en: unique(), vendor_id });
    const pkg = await admin.create('/packages', { name_en: unique(), product_id, price: '1.00' });
    await admin.create('/keys', { package_id: pkg.id, key_text: `KEY-${unique()}-ABCD` });
    expect(await sell(login, pkg.id)).toMatchObject({ code: '0-12' });
  });

  it('has a reference of its own, apart from those of top-ups', async () => {
    const { topUp, adjust, balances } = await partner();
    await topUp('10', { reference: 'R-1' });
    expect((await adjust('-3', { reference: 'R-1' })).status).toBe(200);
    expect(await balances()).toEqual([azn('7.00')]);
  });

  it.each([
    ['nothing', { amount: 0 }, /amount: must not be 0/],
    ['too much', { amount: '99999999999999999' }, /amount: must not be 0 and not too high/],
    ['a fraction of a qəpik', { amount: '0.001' }, /amount/],
    ['no reason', { reason: undefined }, /reason/],
    ['an empty reason', { reason: '' }, /reason/],
    ['a blank reason', { reason: ' ' }, /reason must not be blank/],
    ['a NUL for a reason', { reason: '\0' }, /reason must not be blank and must have no NUL/],
    ['an empty reference', { reference: '' }, /reference/],
    ['a blank reference', { reference: ' \n' }, /reference/],
    ['a reference with NUL', { reference: 'a\0b' }, /reference/],
    ['a reference with half a character', { reference: 'a\ud800' }, /reference/],
    ['another currency', { currency: 'XXX' }, /currency/],
  ])('of %s is refused', async (_, fields, message) => {
    const { adjust, balances } = await partner();
    const { status, body } = await adjust('1', fields);
    expect([status, String(body.error)]).toEqual([400, expect.stringMatching(message)]);
    expect(await balances()).toEqual([azn('0.00')]);
  });
});

async function sell(login: string, packageId: number, order = unique()) {
  const settings = { login, password: PASSWORD };
  const query = { action: '6', settings, data: { package: String(packageId), order } };
  return (await app.adapter.inject({ url: `/api/v1/partners/service?${queryString(query)}` })).json();
}

describe('a statement', () => {
  it('shows an empty comment as none', async () => {
    const { topUp, lines } = await partner();
    await topUp('1.00', { comment: '' });
    await app.settle();
    expect(await lines()).toMatchObject([{ type: 'topup', comment: null }]);
  });

  it('has every movement with the balance after it, newest first', async () => {
    const { login, topUp, adjust, lines, id } = await partner();
    await admin.put(`/partners/${id}`, { commission_percent: 10 });
    const { id: vendor_id } = await admin.create('/suppliers', { name: unique() });
    const { id: product_id } = await admin.create('/products', { name_en: unique(), vendor_id });
    const pkg = await admin.create('/packages', { name_en: unique(), product_id, price: '20.00' });
    await admin.create('/keys', { package_id: pkg.id, key_text: `KEY-${unique()}-ABCD` });
    await topUp('100', { reference: 'INV-1', comment: 'thanks, Aysel' });
    await app.settle();
    expect(await sell(login, pkg.id, 'PAY-1')).toMatchObject({ code: '0' });
    await adjust('-1.5', { reference: 'ADJ-1', reason: 'a fee' });
    await app.settle();
    const order = { id: expect.any(Number), order_id: 'PAY-1' };
    const line = { currency: 'AZN', order: null, reference: null, comment: null };
    const at = { id: expect.stringMatching(/^AZN-\d+$/), created_at: expect.any(String) };
    const expected = [
      {
        ...line,
        ...at,
        type: 'adjustment',
        amount: '-1.50',
        balance: '80.50',
        reference: 'ADJ-1',
        comment: 'a fee',
      },
      { ...line, ...at, type: 'commission', amount: '2.00', balance: '82.00', order },
      { ...line, ...at, type: 'purchase', amount: '-20.00', balance: '80.00', order },
      {
        ...{ ...line, ...at, type: 'topup', amount: '100.00', balance: '100.00' },
        ...{ reference: 'INV-1', comment: 'thanks, Aysel' },
      },
    ];
    expect(await lines()).toEqual(expected);
    expect(await lines('?sort=created_at')).toEqual(expected.toReversed());
    const paged = [await lines('?limit=2'), await lines('?limit=2&page=2')];
    expect(paged.flat()).toEqual(expected);
    const self = await anyone.login(login, PASSWORD);
    const own = (await self.get(`/partners/${id}/transactions`)).body.data;
    expect(own).toEqual(expected.map((shown) => ({ ...shown, comment: null })));
    const log = app.lines.join('\n');
    for (const note of ['thanks, Aysel', 'a fee']) expect(log).not.toContain(note);
  });

  it('is narrowed to a currency and to days of the business zone', async () => {
    const { topUp, lines } = await partner();
    // 20:30 in Baku, 16:30 in UTC; the second one is after midnight in Baku.
    app.clock.nowMs = Date.UTC(2026, 4, 10, 16, 30);
    admin = await anyone.login('admin', PASSWORD);
    await topUp('1');
    await topUp('2', { currency: 'USD' });
    app.clock.advance(4 * 3_600_000);
    admin = await anyone.login('admin', PASSWORD);
    await topUp('4');
    const amounts = async (query: string) =>
      (await lines(query)).map(({ amount, balance }: Record<string, string>) => [amount, balance]);
    expect(await amounts('?currency=AZN')).toEqual([
      ['4.00', '5.00'],
      ['1.00', '1.00'],
    ]);
    expect(await amounts('?currency=USD')).toEqual([['2.00', '2.00']]);
    expect(await amounts('?dateFrom=2026-05-11')).toEqual([['4.00', '5.00']]);
    expect(await amounts('?dateTo=2026-05-10')).toHaveLength(2);
    expect(await amounts('?dateFrom=2026-05-10T16:31:00Z&dateTo=2026-05-11')).toEqual([['4.00', '5.00']]);
    expect(await amounts('?dateFrom=2026-05-12')).toEqual([]);
  });

  it('adds up over many stretches of a long wallet', async () => {
    const { id, lines } = await partner();
    const owner = app.app.get(AccountDirectory).findPartner(id)!;
    const wallet = walletId(owner, 'main', 'AZN');
    const executor = app.app.get(Executor);
    const MOVEMENTS = 2 * REVISIONS_PER_STRETCH + 50;
    for (let from = 0; from < MOVEMENTS; from += 250) {
      const events = Array.from({ length: Math.min(250, MOVEMENTS - from) }, (_, index): WalletEvent => {
        const data = {
          operation: `o${from + index}`,
          currency: 'AZN',
          counter: 'topups',
          amount: '1',
        } as const;
        return { type: 'FundsCredited', data };
      });
      await executor.run(app.context(), (tx) => tx.append(Wallet, wallet, events));
    }
    await app.settle();
    const balanceAt = async (page: number) => {
      const [line] = await lines(`?sort=created_at&limit=50&page=${page}`);
      return Number(line.balance) * 100;
    };
    // First lines of pages, in the middle of stretches and at their borders.
    for (const page of [1, 2, 20, 21, 30, 40, 41])
      expect(await balanceAt(page)).toBeCloseTo((page - 1) * 50 + 1);
    const [newest] = await lines('?limit=1');
    expect(newest.balance).toBe('20.50');
  });

  it.each(['?dateFrom=soon', '?currency=XXX', '?sort=amount', '?search=x', '?limit=1000'])(
    'refuses %s',
    async (query) => {
      const { id } = await partner();
      expect((await admin.get(`/partners/${id}/transactions${query}`)).status).toBe(400);
    },
  );

  it('is a file that no spreadsheet runs', async () => {
    const { id, topUp, adjust } = await partner();
    await topUp('100', { reference: '=HYPERLINK("http://evil.example")' });
    await adjust('-1', { reference: 'a,b' });
    await adjust('2', { reference: 'plain', currency: 'USD' });
    const get = (query: string) =>
      app.adapter.inject({
        url: `/api/partners/${id}/transactions/export/csv${query}`,
        headers: { authorization: `Bearer ${admin.token}` },
      });
    const answer = await get('?currency=AZN');
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-type']).toBe('text/csv; charset=utf-8');
    expect(answer.headers['content-disposition']).toBe(`attachment; filename="transactions-${id}.csv"`);
    const time = '\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z';
    expect(answer.body).toMatch(
      new RegExp(
        [
          '^id,created_at,currency,type,amount,balance,order_id,order,reference\r\n',
          `AZN-0,${time},AZN,topup,100.00,100.00,,,"'=HYPERLINK\\(""http://evil.example""\\)"\r\n`,
          `AZN-1,${time},AZN,adjustment,-1.00,99.00,,,"a,b"\r\n$`,
        ].join(''),
      ),
    );
    expect((await get('?dateFrom=soon')).statusCode).toBe(400);
    expect((await get('?sort=amount')).statusCode).toBe(400);
    const all = await get('?bom=1');
    expect(all.body.startsWith('\ufeffid,')).toBe(true);
    expect(all.body.trimEnd().split('\r\n')).toHaveLength(4);
  });
});

it('a statement as a file has the order of the list, with the same balances, all of it', async () => {
  const { id, topUp, adjust } = await partner();
  await topUp('100');
  await topUp('7', { currency: 'USD' });
  await adjust('-1');
  await adjust('2', { currency: 'USD' });
  await adjust('3');
  for (const query of ['sort=created_at', 'sort=-created_at', 'sort=-created_at&currency=USD']) {
    const { data } = (await admin.get(`/partners/${id}/transactions?${query}`)).body;
    const { body } = await app.adapter.inject({
      url: `/api/partners/${id}/transactions/export/csv?${query}&page=2&limit=1`,
      headers: { authorization: `Bearer ${admin.token}` },
    });
    const cells = body.split('\r\n').slice(1, -1);
    expect(cells.map((line) => line.split(',').filter((_, place) => [0, 4, 5].includes(place)))).toEqual(
      data.map((line: Record<string, string>) => [line.id, line.amount, line.balance]),
    );
  }
});

it('a statement has the balance after each movement also where a clock that was ahead dated some', async () => {
  const { id, adjust } = await partner();
  const daysAhead = async (days: number, ...amounts: string[]) => {
    const rightMs = app.clock.now();
    app.clock.advance(days * DAY_MS);
    admin = await anyone.login('admin', PASSWORD);
    for (const amount of amounts) {
      app.clock.advance(1000);
      expect((await admin.post(`/partners/${id}/balances/adjust`, { ...body, amount })).status).toBe(200);
    }
    app.clock.nowMs = rightMs + amounts.length * 1000;
    admin = await anyone.login('admin', PASSWORD);
  };
  const body = { currency: 'AZN', reason: 'a mistake' };
  await adjust('1');
  await daysAhead(30, '2', '4');
  await daysAhead(0, '8', '16');
  await daysAhead(10, '32');
  await daysAhead(0, '64');
  await app.settle();
  const after = { 1: '1', 2: '3', 4: '7', 8: '15', 16: '31', 32: '63', 64: '127' };
  const newestFirst = ['4', '2', '32', '64', '16', '8', '1'];
  const expected = newestFirst.map((amount) => [`${amount}.00`, `${after[Number(amount) as 1]}.00`]);
  const amounts = async (query: string) =>
    (await admin.get(`/partners/${id}/transactions?${query}`)).body.data.map(
      ({ amount, balance }: Record<string, string>) => [amount, balance],
    );
  expect(await amounts('')).toEqual(expected);
  for (const limit of [1, 2, 3]) {
    const paged = [];
    for (let page = 1; page <= Math.ceil(7 / limit); page += 1)
      paged.push(...(await amounts(`limit=${limit}&page=${page}`)));
    expect(paged).toEqual(expected);
  }
  for (const sort of ['created_at', '-created_at']) {
    const { body: text } = await app.adapter.inject({
      url: `/api/partners/${id}/transactions/export/csv?sort=${sort}`,
      headers: { authorization: `Bearer ${admin.token}` },
    });
    const cells = text
      .split('\r\n')
      .slice(1, -1)
      .map((line) => line.split(',').slice(4, 6));
    expect(sort === 'created_at' ? cells.toReversed() : cells).toEqual(expected);
  }
});

describe('balances as of', () => {
  it('a position, and a time, are what they were then', async () => {
    const { id, topUp, adjust, balances } = await partner();
    const marks: { position: string; time: string }[] = [];
    const mark = async (answer: Promise<{ headers: Record<string, unknown> } | unknown>) => {
      const { headers } = (await answer) as { headers: Record<string, unknown> };
      marks.push({ position: String(headers['x-position']), time: new Date(app.clock.now()).toISOString() });
      app.clock.advance(1000);
    };
    await mark(topUp('10'));
    await mark(topUp('5', { currency: 'USD' }));
    await mark(adjust('-4'));
    const usd = { ...azn('5.00'), currency: 'USD' };
    const history = [[azn('10.00')], [azn('10.00'), usd], [azn('6.00'), usd]];
    for (const [index, { position, time }] of marks.entries()) {
      expect(await balances(`?as_of=${position}`)).toEqual(history[index]);
      expect(await balances(`?as_of=${time}`)).toEqual(history[index]);
    }
    expect(await balances('?as_of=0000000000000000')).toEqual([azn('0.00')]);
    expect(await balances('?as_of=2001-01-01T00:00:00Z')).toEqual([azn('0.00')]);
    expect(await balances('?as_of=ffffffffffffffff')).toEqual(history[2]);
    const answer = await admin.get(`/partners/${id}/balances?as_of=${marks[0]!.time}`);
    expect(answer.headers['x-position']).toBe(marks[0]!.position);
    app.clock.advance(DAY_MS);
    admin = await anyone.login('admin', PASSWORD);
  });

  it('show what was held then', async () => {
    const { login, topUp, balances, id } = await partner({ billing_mode: 'prepaid' });
    const { id: vendor_id } = await admin.create('/suppliers', { name: unique() });
    const { id: product_id } = await admin.create('/products', { name_en: unique(), vendor_id });
    const pkg = await admin.create('/packages', { name_en: unique(), product_id, price: '20.00' });
    await admin.create('/keys', { package_id: pkg.id, key_text: `KEY-${unique()}-ABCD` });
    await topUp('100');
    await app.settle();
    const settings = { login, password: PASSWORD };
    const act = async (action: string, data: object) => {
      const url = `/api/v1/partners/service?${queryString({ action, settings, data: { ...data } })}`;
      return (await app.adapter.inject({ url })).json();
    };
    const reserved = await act('3', { package: String(pkg.id) });
    const held = new Date(app.clock.now()).toISOString();
    app.clock.advance(1000);
    expect((await act('5', { key: reserved.data.keyId })).code).toBe('0');
    await app.settle();
    expect(await balances()).toEqual([azn('100.00')]);
    expect(await balances(`?as_of=${held}`)).toEqual([azn('100.00', '20.00', '80.00')]);
    const self = await anyone.login(login, PASSWORD);
    expect((await self.get(`/partners/${id}/balances`)).status).toBe(200);
    expect((await self.get(`/partners/${id}/balances?as_of=${held}`)).status).toBe(403);
  });

  it.each(['yesterday', '2026-13-01T00:00:00Z', '2026-02-30T00:00:00Z', '123', '2026-01-01'])(
    '%s are refused',
    async (asOf) => {
      const { id } = await partner();
      expect(await admin.get(`/partners/${id}/balances?as_of=${asOf}`)).toMatchObject({
        status: 400,
        body: { error: expect.stringMatching(/^as_of/) },
      });
    },
  );
});
