import { IdempotentRequests } from '../../../src/apis/rest-v2/idempotency/idempotent-requests.js';
import { IdempotencyStore } from '../../../src/platform/idempotency/idempotency-store.js';
import { ReadModels } from '../../../src/platform/projections/read-models.js';
import { startTestApp, type TestApp } from '../../support/app.js';
import { type Answer, Client } from './client.js';

const PASSWORD = 'correct horse battery staple';
const DAY_MS = 86_400_000;

let app: TestApp;
let admin: Client;
let other: Client;
let partnerIds: readonly number[];
let count = 0;

beforeAll(async () => {
  app = await startTestApp({ settings: { KEYFORGE_ADMIN_PASSWORD: PASSWORD } });
  admin = await new Client(app).login('admin', PASSWORD);
  const partner = (login: string) => admin.create('/partners', { name: login, login, password: 'secret-9' });
  partnerIds = [(await partner('a')).id, (await partner('b')).id];
  other = await new Client(app).login('a', 'secret-9');
});
afterAll(() => app.close());

const newKey = (): string => {
  count += 1;
  return `key-${count}`;
};
const post = (path: string, body: unknown, key: string, as = admin): Promise<Answer> =>
  as.call('POST', path, body, { 'idempotency-key': key });
const suppliersCalled = async (name: string): Promise<number> =>
  (await admin.get(`/suppliers?search=${name}`)).body.pagination.total;

it('the same request under the same key gets the first answer again and changes nothing', async () => {
  const key = newKey();
  const first = await post('/suppliers', { name: 'Once' }, key);
  const second = await post('/suppliers', { name: 'Once' }, key);
  expect(first.status).toBe(201);
  expect([second.status, second.body]).toEqual([201, first.body]);
  expect(second.headers['x-position']).toBe(first.headers['x-position']);
  expect([first.headers['idempotent-replayed'], second.headers['idempotent-replayed']]).toEqual([
    undefined,
    'true',
  ]);
  expect(await suppliersCalled('once')).toBe(1);
});

it('with or without a slash at its end it is the same request', async () => {
  const key = newKey();
  const first = await post('/suppliers', { name: 'Slashed' }, key);
  expect((await post('/suppliers/', { name: 'Slashed' }, key)).body).toEqual(first.body);
  expect(await suppliersCalled('slashed')).toBe(1);
});

it.each([
  ['percent-encoded', (id: number) => `/partners/%3${String(id)[0]}${String(id).slice(1)}/balances/adjust`],
  ['with zeros before its number', (id: number) => `/partners/00${id}/balances/adjust`],
])('a path that is %s names the same request', async (_, spelled) => {
  const key = newKey();
  const [id] = partnerIds;
  const adjustment = { currency: 'TRY', amount: '5.00', reason: 'spelling' };
  const first = await post(`/partners/${id}/balances/adjust`, adjustment, key);
  const second = await post(spelled(id!), adjustment, key);
  expect([first.status, second.status, second.body]).toEqual([200, 200, first.body]);
});

it("a key's text is not kept with an answer: it is shown anew each time, which is on record", async () => {
  const { id: vendor_id } = await admin.create('/suppliers', { name: 'Of shown keys' });
  const { id: product_id } = await admin.create('/products', { name_en: 'Shown', vendor_id });
  const { id: package_id } = await admin.create('/packages', { name_en: 'Shown', product_id, price: 1 });
  const { id } = await admin.create('/keys', { package_id, key_text: 'SHOWN-TWICE-0001' });
  const key = newKey();
  for (const path of [`/keys/${id}/reveal`, `/keys/${id}/reveal`, `/keys/${id}/%72eveal/`]) {
    const answer = await post(path, {}, key);
    expect([answer.body.data.key_text, answer.headers['idempotent-replayed']]).toEqual([
      'SHOWN-TWICE-0001',
      undefined,
    ]);
  }
  const history = (await admin.get(`/keys/${id}/history`)).body.data as { event: string }[];
  expect(history.filter(({ event }) => event === 'revealed')).toHaveLength(3);
});

it('another body under the same key is 409', async () => {
  const key = newKey();
  await post('/suppliers', { name: 'First' }, key);
  const answer = await post('/suppliers', { name: 'Second' }, key);
  expect([answer.status, answer.body.error]).toEqual([409, 'Idempotency-Key: was used for another request']);
  expect(await suppliersCalled('second')).toBe(0);
});

it('a key stands for one account and one path', async () => {
  const key = newKey();
  const topUp = { currency: 'AZN', amount: '1.00', reference: key };
  const [one, two] = partnerIds;
  const answers = [
    await post(`/partners/${one}/balances/topup`, topUp, key),
    await post(`/partners/${two}/balances/topup`, topUp, key),
  ];
  expect(answers.map(({ body }) => body.data.partner_id)).toEqual([one, two]);
  const foreign = await post(`/partners/${one}/balances/topup`, topUp, key, other);
  expect([foreign.status, foreign.headers['idempotent-replayed']]).toEqual([403, undefined]);
});

it('of several at once one is carried out', async () => {
  const key = newKey();
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => post('/suppliers', { name: 'Together' }, key)),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(7).fill(409)]);
  expect(await suppliersCalled('together')).toBe(1);
});

it('what was refused is decided anew', async () => {
  const key = newKey();
  expect((await post('/suppliers', { name: 7 }, key)).status).toBe(400);
  expect((await post('/suppliers', { name: 'Now right' }, key)).status).toBe(201);
});

it('so is a key that was not taken in, whose refusal names no position', async () => {
  const vendor = await admin.create('/suppliers', { name: 'Keys' });
  const product = await admin.create('/products', { name_en: 'P', vendor_id: vendor.id });
  const { id: package_id } = await admin.create('/packages', {
    name_en: 'P',
    product_id: product.id,
    price: 1,
  });
  const key = newKey();
  const refused = [
    await post('/keys', { package_id, key_text: ' ' }, key),
    await post('/keys', { package_id, key_text: 'AAAA-1', expires_at: '2000-01-01' }, key),
  ];
  expect(refused.map(({ status }) => status)).toEqual([400, 400]);
  expect(refused.map(({ headers }) => headers['x-position'])).toEqual([undefined, undefined]);
  expect((await post('/keys', { package_id, key_text: 'AAAA-1' }, key)).status).toBe(201);
  const other = newKey();
  expect((await post('/keys', { package_id, key_text: 'AAAA-1' }, other)).status).toBe(409);
  expect((await post('/keys', { package_id, key_text: 'BBBB-2' }, other)).status).toBe(201);
});

it.each(['', 'with space', 'x'.repeat(256), 'é'])('%j is no key', async (key) => {
  expect((await post('/suppliers', { name: 'No key' }, key)).status).toBe(400);
});

it('a key is good again after a day', async () => {
  const key = newKey();
  await post('/suppliers', { name: 'Yesterday' }, key);
  app.clock.advance(DAY_MS + 1);
  admin = await new Client(app).login('admin', PASSWORD);
  expect((await post('/suppliers', { name: 'Today' }, key)).status).toBe(201);
  const store = app.app.get(IdempotencyStore);
  app.clock.advance(DAY_MS + 1);
  await app.app.get(IdempotentRequests).forgetOld();
  expect(await store.forget(Number.MAX_SAFE_INTEGER)).toBe(0);
  admin = await new Client(app).login('admin', PASSWORD);
});

describe('an answer that was lost', () => {
  /** The state of the store after a process died between carrying a request out and keeping its answer. */
  async function loseAnswer(key: string, body: object): Promise<void> {
    const store = app.app.get(IdempotencyStore);
    const replace = jest.spyOn(store, 'replace').mockResolvedValue(true);
    await post('/suppliers', body, key);
    replace.mockRestore();
    await app.app.get(IdempotentRequests).onModuleInit();
  }

  it('is not made a second time', async () => {
    const key = newKey();
    await loseAnswer(key, { name: 'Lost' });
    const again = await post('/suppliers', { name: 'Lost' }, key);
    expect([again.status, again.body.error]).toEqual([
      409,
      expect.stringContaining('was carried out but its answer was lost'),
    ]);
    expect(await suppliersCalled('lost')).toBe(1);
  });

  it.each([
    ['reading back what was made takes too long', 'waitFor', false, 503],
    ['what was made is gone at once', 'findOne', null, 404],
  ] as const)('is not made a second time when %s', async (_, method, answer, status) => {
    const key = newKey();
    const failing = jest.spyOn(app.app.get(ReadModels), method).mockResolvedValueOnce(answer as never);
    const first = await post('/suppliers', { name: key }, key);
    failing.mockRestore();
    expect([first.status, (await post('/suppliers', { name: key }, key)).status]).toEqual([status, 409]);
    await app.settle();
    expect(await suppliersCalled(key)).toBe(1);
  });

  it.each([
    ['could not be kept', 201, null],
    ['could not be kept, nor the end of its request', 503, false],
  ] as const)(
    'is not made a second time when it %s, by the process that made it',
    async (_, status, read) => {
      const key = newKey();
      const replace = jest
        .spyOn(app.app.get(IdempotencyStore), 'replace')
        .mockRejectedValueOnce(new Error('no space'));
      const failing = jest.spyOn(app.app.get(ReadModels), 'waitFor');
      if (read === false) failing.mockResolvedValueOnce(read);
      const first = await post('/suppliers', { name: key }, key);
      for (const spy of [replace, failing]) spy.mockRestore();
      expect([first.status, (await post('/suppliers', { name: key }, key)).status]).toEqual([status, 409]);
      await app.settle();
      expect(await suppliersCalled(key)).toBe(1);
    },
  );

  it('of a request that stored nothing is made when it is repeated', async () => {
    const key = newKey();
    const store = app.app.get(IdempotencyStore);
    const release = jest.spyOn(store, 'release').mockResolvedValue(undefined);
    await post('/suppliers', { name: '' }, key);
    release.mockRestore();
    const again = await post('/suppliers', { name: '' }, key);
    expect([again.status, again.body.error]).toEqual([400, expect.stringContaining('name')]);
  });
});

it('a key that cannot be stored leaves everything as it is', async () => {
  const key = newKey();
  const claim = jest
    .spyOn(app.app.get(IdempotencyStore), 'claim')
    .mockRejectedValueOnce(new Error('no space'));
  const { status, body } = await post('/suppliers', { name: key }, key);
  claim.mockRestore();
  expect([status, body.error]).toEqual([503, 'The service is not available; nothing was changed']);
  expect(await suppliersCalled(key)).toBe(0);
  expect((await post('/suppliers', { name: key }, key)).status).toBe(201);
});

it('no answer is stored in clear', async () => {
  const claim = jest.spyOn(app.app.get(IdempotencyStore), 'replace');
  await post('/suppliers', { name: 'C4N4RY supplier' }, newKey());
  expect(claim).toHaveBeenCalledTimes(1);
  expect(JSON.stringify(claim.mock.calls)).not.toContain('C4N4RY');
  claim.mockRestore();
});
