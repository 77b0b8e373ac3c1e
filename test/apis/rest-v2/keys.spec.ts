import { ReadModels } from '../../../src/platform/projections/read-models.js';
import { Client } from './client.js';
import { KeysShop, PARTNER_PASSWORD } from './keys-shop.js';

const MISSING = 987_654_321;
const MINUTE_MS = 60_000;

let shop: KeysShop;
beforeAll(async () => {
  shop = await KeysShop.open();
});
afterAll(() => shop.app.close());

const read = async (id: number | string) => (await shop.admin.get(`/keys/${id}`)).body.data;
const remove = (id: number | string) => shop.admin.call('DELETE', `/keys/${id}`);
const stockOf = async (id: number) => (await shop.admin.get(`/packages/${id}`)).body.data.available_keys;
const history = async (id: number) => (await shop.admin.get(`/keys/${id}/history`)).body.data;

it('keys do not come in again when their product compares them otherwise from then on', async () => {
  const { id, product } = await shop.package();
  const keys = [{ key_text: 'aBcd-again-1' }, { key_text: 'aBcd-again-2' }];
  const add = async () => (await shop.admin.post('/keys/bulk', { package_id: id, keys })).body.data.added;
  expect(await add()).toBe(2);
  for (const key_format of ['exact', 'normalized']) {
    expect((await shop.admin.put(`/products/${product.id}`, { key_format })).status).toBe(200);
    expect(await add()).toBe(0);
  }
});

it('the status of a package follows its keys at once, and not while an admin has switched it off', async () => {
  const { id } = await shop.package();
  const status = async () => (await shop.admin.get(`/packages/${id}`)).body.data.status;
  const put = (path: string, body: object) => shop.admin.put(path, body);
  expect(await status()).toBe(1);
  const key = await shop.key(id);
  for (const [keyStatus, expected] of [
    [5, 0],
    [1, 1],
    [5, 0],
  ]) {
    await put(`/keys/${key.id}`, { status: keyStatus });
    expect(await status()).toBe(expected);
  }
  expect((await put(`/packages/${id}`, { status: 1 })).body.data.status).toBe(0);
  await put(`/keys/${key.id}`, { status: 1 });
  expect((await put(`/packages/${id}`, { status: 0 })).body.data.status).toBe(0);
  await shop.key(id);
  expect(await status()).toBe(1);
});

describe('lists of keys', () => {
  it('are sorted by when they came in as they are by id, without a look at each key', async () => {
    const { id } = await shop.package();
    for (let key = 0; key < 5; key += 1) await shop.key(id);
    const look = jest.spyOn(shop.app.app.get(ReadModels), 'find');
    for (const [sort, direction] of [
      ['created_at', 1],
      ['-created_at', -1],
    ] as const) {
      look.mockClear();
      const { data } = (await shop.admin.get(`/keys?package_id=${id}&sort=${sort}`)).body;
      const looked = look.mock.calls.find(([projection]) => projection === 'keys');
      expect(looked?.[1]?.sort).toEqual({ _id: direction });
      const times = data.map((key: { created_at: string }) => key.created_at);
      expect(times).toEqual(direction === 1 ? [...times].sort() : [...times].sort().reverse());
    }
    look.mockRestore();
  });

  it('are narrowed by status, package, product and vendor', async () => {
    const { id, product, vendor } = await shop.package();
    const keys = [await shop.key(id), await shop.key(id), await shop.key(id), await shop.key(id)];
    await shop.reserve(id);
    await shop.buy(id);
    await remove(keys[2].id);
    const ids = async (query: string) =>
      (await shop.admin.get(`/keys?${query}`)).body.data.map((key: { id: number }) => key.id);
    const of = (...places: number[]) => places.map((place) => keys[place].id);
    expect(await ids(`package_id=${id}`)).toEqual(of(0, 1, 2, 3));
    expect(await ids(`product_id=${product.id}&sort=-id`)).toEqual(of(3, 2, 1, 0));
    expect(await ids(`vendor_id=${vendor.id}&status=1`)).toEqual(of(3));
    expect(await ids(`supplier_id=${vendor.id}&status=2`)).toEqual(of(0));
    expect(await ids(`package_id=${id}&product_id=${product.id}&status=3`)).toEqual(of(1));
    expect(await ids(`package_id=${id}&status=4`)).toEqual(of(2));
    expect(await ids(`package_id=${id}&product_id=${(await shop.package()).product.id}`)).toEqual([]);
  });

  it('show the way from the vendor to the key', async () => {
    const { id, vendor, product, pkg } = await shop.package();
    const key = await shop.key(id, { serial_number: 'SN-12345' });
    const { status, body } = await shop.admin.get(`/keys/with-hierarchy?package_id=${id}`);
    expect([status, body.pagination.total]).toEqual([200, 1]);
    expect(body.data).toEqual([
      {
        ...key,
        key_text: '********',
        vendor: { id: vendor.id, name: vendor.name },
        product: { id: product.id, name_en: product.name_en },
        package: { id, name_en: pkg.name_en },
      },
    ]);
  });

  it.each([
    'status=7',
    'status=x',
    'package_id=0',
    'package_id=1.5',
    'sort=key_text',
    'search=a&search=b',
    'x=1',
  ])('refuse %s', async (query) => {
    for (const path of ['/keys', '/keys/with-hierarchy'])
      expect((await shop.admin.get(`${path}?${query}`)).status).toBe(400);
  });
});

describe('revealing a key', () => {
  it('answers its text to an admin, and is on record each time', async () => {
    const { id } = await shop.package();
    const key = await shop.key(id, { key_text: ' REVEAL-ME-0001 ' });
    expect(key).toMatchObject({ key_text: 'REVEAL-ME-0001' });
    for (let times = 0; times < 2; times += 1) {
      const answer = await shop.admin.post(`/keys/${key.id}/reveal`, undefined);
      expect(answer).toMatchObject({ status: 200, body: { data: { ...key, key_text: 'REVEAL-ME-0001' } } });
    }
    const seen = (await history(key.id)).filter(({ text_shown }: { text_shown: boolean }) => text_shown);
    expect(seen).toHaveLength(2);
    expect(seen[0]).toMatchObject({ event: 'revealed', actor: { kind: 'staff', id: 1 }, surface: 'rest-v2' });
  });

  it('is refused for one that was retired unseen: the text may be on sale again', async () => {
    const { id } = await shop.package();
    const key = await shop.key(id, { key_text: 'UNSEEN-0001' });
    await remove(key.id);
    expect((await shop.admin.post(`/keys/${key.id}/reveal`, undefined)).status).toBe(409);
    const again = await shop.key(id, { key_text: 'UNSEEN-0001' });
    expect(again.id).not.toBe(key.id);
    await shop.admin.post(`/keys/${again.id}/reveal`, undefined);
    await remove(again.id);
    expect((await shop.admin.post('/keys', { package_id: id, key_text: 'UNSEEN-0001' })).status).toBe(409);
  });

  it('is for admins alone', async () => {
    const key = await shop.key((await shop.package()).id);
    const partner = await shop.anyone.login('terminal', PARTNER_PASSWORD);
    for (const path of [`/keys/${key.id}/reveal`, `/keys/${key.id}/history`]) {
      const method = path.endsWith('history') ? 'GET' : 'POST';
      expect((await partner.call(method, path)).status).toBe(403);
      expect((await new Client(shop.app).call(method, path)).status).toBe(401);
    }
  });
});

describe('changing a key', () => {
  it('corrects what is told of it, to the terminal, too', async () => {
    const { id } = await shop.package();
    const key = await shop.key(id, { serial_number: 'SN-OLD', expires_at: '2027-12-31' });
    const changes = { serial_number: 'SN-NEW', expires_at: '2028-06-30' };
    const answer = await shop.admin.put(`/keys/${key.id}`, changes);
    expect(answer).toMatchObject({ status: 200, body: { data: { id: key.id, status: 1, ...changes } } });
    expect(await read(key.id)).toEqual({ ...answer.body.data });
    expect((await shop.buy(id)).serialNumber).toBe('SN-NEW');
    expect((await shop.admin.put(`/keys/${key.id}`, { serial_number: 'X' })).status).toBe(409);
    const cleared = await shop.key(id, { serial_number: 'S', expires_at: '2027-12-31' });
    const none = { serial_number: null, expires_at: null };
    expect((await shop.admin.put(`/keys/${cleared.id}`, none)).body.data).toMatchObject(none);
    expect((await shop.admin.put(`/keys/${cleared.id}`, {})).body.data).toMatchObject(none);
  });

  it('moves it in and out of stock with its expiry, and the package with it', async () => {
    const { id } = await shop.package();
    const key = await shop.key(id);
    const expectIt = async (status: number, packageStatus: number) => {
      await shop.wait(0);
      expect(await read(key.id)).toMatchObject({ status });
      const pkg = (await shop.admin.get(`/packages/${id}`)).body.data;
      expect([pkg.available_keys, pkg.status]).toEqual([status === 1 ? 1 : 0, packageStatus]);
      for (const other of [1, 6]) {
        const { data, pagination } = (await shop.admin.get(`/keys?package_id=${id}&status=${other}`)).body;
        expect([data.length, pagination.total]).toEqual(other === status ? [1, 1] : [0, 0]);
      }
    };
    await shop.admin.put(`/keys/${key.id}`, { expires_at: '2026-01-14' });
    await expectIt(6, 0);
    // Baku is four hours ahead: its 15th ends at 20:00.
    await shop.admin.put(`/keys/${key.id}`, { expires_at: '2026-01-15' });
    await expectIt(1, 1);
    const untilMs = Date.parse('2026-01-15T20:00:00.000Z') - shop.app.clock.now();
    await shop.wait(untilMs - 1);
    await expectIt(1, 1);
    await shop.wait(1);
    await expectIt(6, 0);
    await shop.admin.put(`/keys/${key.id}`, { expires_at: null });
    await expectIt(1, 1);
    expect((await shop.buy(id)).keyId).toBe(String(key.id));
  });

  it('takes it aside and brings it back behind the others', async () => {
    const { id } = await shop.package();
    const [first, second] = [await shop.key(id), await shop.key(id)];
    expect((await shop.admin.put(`/keys/${first.id}`, { status: 5 })).body.data.status).toBe(5);
    expect(await stockOf(id)).toBe(1);
    expect((await shop.admin.put(`/keys/${first.id}`, { status: 1 })).body.data.status).toBe(1);
    expect(await stockOf(id)).toBe(2);
    expect((await shop.buy(id)).keyId).toBe(String(second.id));
    expect((await shop.buy(id)).keyId).toBe(String(first.id));
  });

  it('is refused for what is reserved, sold or deleted', async () => {
    const { id } = await shop.package();
    const keys = [await shop.key(id), await shop.key(id), await shop.key(id)];
    await shop.reserve(id);
    await shop.buy(id);
    await remove(keys[2].id);
    for (const key of keys)
      for (const change of [
        { serial_number: 'X' },
        { expires_at: '2030-01-01' },
        { status: 5 },
        { status: 1 },
      ])
        expect((await shop.admin.put(`/keys/${key.id}`, change)).status).toBe(409);
  });

  it.each([
    [{ serial_number: 5 }, /serial_number/],
    [{ serial_number: 'a\nb' }, /serial_number/],
    [{ serial_number: 'x'.repeat(201) }, /serial_number/],
    [{ expires_at: 'soon' }, /expires_at/],
    [{ expires_at: '2026-02-30' }, /expires_at/],
    [{ expires_at: 20_270_101 }, /expires_at/],
    [{ status: 4 }, /status/],
    [{ status: null }, /status/],
    [{ key_text: 'X' }, /key_text/],
    [{ serial_number: { $ne: '' } }, /serial_number/],
  ])('refuses %j', async (change, error) => {
    const [key] = (await shop.admin.get('/keys?limit=1')).body.data;
    const answer = await shop.admin.put(`/keys/${key.id}`, change);
    expect(answer).toMatchObject({ status: 400, body: { error: expect.stringMatching(error) } });
  });
});

describe('deleting keys', () => {
  it('takes one off sale for good, and leaves what is reserved or sold', async () => {
    const { id } = await shop.package();
    const keys = [await shop.key(id), await shop.key(id), await shop.key(id)];
    const reserved = await shop.reserve(id);
    expect(reserved.keyId).toBe(String(keys[0].id));
    await shop.buy(id);
    expect([(await remove(keys[0].id)).status, (await remove(keys[1].id)).status]).toEqual([409, 409]);
    const answer = await remove(keys[2].id);
    expect(answer).toMatchObject({ status: 200, body: { data: { id: keys[2].id, status: 4 } } });
    expect((await remove(keys[2].id)).status).toBe(200);
    expect(await stockOf(id)).toBe(0);
  });

  it.each(['DELETE', 'POST'] as const)('deletes many by %s, and lists what it skips', async (method) => {
    const { id } = await shop.package();
    const keys = [];
    for (let count = 0; count < 5; count += 1) keys.push((await shop.key(id)).id);
    const [reserved, sold, kept, gone, more] = keys;
    await shop.reserve(id);
    await shop.buy(id);
    await remove(gone);
    const ids = [reserved, kept, sold, kept, gone, MISSING, 5, more];
    const { status, body } = await shop.admin.call(method, '/keys/bulk/delete', { ids });
    expect(status).toBe(200);
    expect(body.data).toEqual({
      deleted: 2,
      skipped: [
        { id: reserved, reason: 'reserved' },
        { id: sold, reason: 'sold' },
        { id: kept, reason: 'duplicate_in_request' },
        { id: gone, reason: 'retired' },
        { id: MISSING, reason: 'unknown' },
        { id: 5, reason: 'unknown' },
      ],
    });
    expect((await shop.admin.get(`/keys?package_id=${id}&status=4`)).body.pagination.total).toBe(3);
  });

  it.each([
    [{}],
    [{ ids: [] }],
    [{ ids: '100' }],
    [{ ids: ['100'] }],
    [{ ids: [0] }],
    [{ ids: [1.5] }],
    [{ ids: [1e300] }],
    [{ ids: [[1]] }],
    [{ ids: { length: 1 } }],
    [{ ids: Array.from({ length: 10_001 }, (_, at) => at + 1) }],
    [{ ids: [1], force: true }],
  ])('refuses a body of another kind', async (body) => {
    for (const method of ['DELETE', 'POST'] as const) {
      const answer = await shop.admin.call(method, '/keys/bulk/delete', body);
      expect(answer).toMatchObject({ status: 400, body: { error: expect.stringMatching(/ids|force/) } });
    }
  });
});

it('a key is found by the numbers that its reservations had', async () => {
  const { id } = await shop.package();
  const key = await shop.key(id);
  await shop.reserve(id);
  await shop.wait(11 * MINUTE_MS);
  const second = await shop.reserve(id);
  expect(second.keyId).toBe(String(1_000_000_000_000 + key.id));
  expect((await read(second.keyId)).id).toBe(key.id);
  expect((await shop.admin.post(`/keys/${second.keyId}/reveal`, undefined)).body.data.id).toBe(key.id);
  expect((await shop.admin.put(`/keys/${second.keyId}`, { serial_number: 'X' })).status).toBe(409);
  await shop.wait(11 * MINUTE_MS);
  const { body } = await shop.admin.post('/keys/bulk/delete', { ids: [key.id, Number(second.keyId)] });
  const skipped = [{ id: Number(second.keyId), reason: 'duplicate_in_request' }];
  expect(body.data).toEqual({ deleted: 1, skipped });
});

it('the history of a key says who saw it and when', async () => {
  const { id } = await shop.package();
  const key = await shop.key(id, { key_text: 'H1ST0RY-TEXT-0001', serial_number: 'S1' });
  await shop.admin.put(`/keys/${key.id}`, { serial_number: 'S2' });
  await shop.reserve(id);
  await shop.wait(11 * MINUTE_MS);
  const { keyId } = await shop.reserve(id);
  await shop.terminal(4, { key: keyId, order: shop.unique('O') });
  await shop.admin.post(`/keys/${key.id}/reveal`, undefined);
  const entries = await history(key.id);
  const sold = await read(key.id);
  const partner = { kind: 'partner', id: shop.partnerId };
  const staff = { kind: 'staff', id: 1 };
  const nothing = { text_shown: false, key_number: null, partner_id: null, order_id: null, reason: null };
  const at = expect.stringMatching(/^2026-01-1\dT.*Z$/);
  const mine = { ...nothing, at, actor: staff, surface: 'rest-v2' };
  const theirs = { ...nothing, at, actor: partner, surface: 'terminal-v1', partner_id: shop.partnerId };
  expect(entries).toEqual([
    { ...mine, event: 'added' },
    { ...mine, event: 'changed' },
    { ...theirs, event: 'reserved', text_shown: true, key_number: key.id },
    { ...mine, event: 'reservation_expired', actor: { kind: 'system', id: null }, surface: 'recovery' },
    { ...theirs, event: 'reserved', text_shown: true, key_number: Number(keyId) },
    { ...theirs, event: 'sold', order_id: sold.order_id },
    { ...mine, event: 'revealed', text_shown: true },
  ]);
  expect(sold.order_id).toEqual(expect.any(Number));
  expect(JSON.stringify(entries)).not.toContain('H1ST0RY');
});

it('a manager is told of their clients alone who has a key', async () => {
  const { id } = await shop.package();
  const key = await shop.key(id);
  await shop.buy(id);
  const body = { name: 'M', login: shop.unique(), password: 'manager-password', role: 'manager' };
  const staff = await shop.admin.create('/staff', body);
  const manager = await shop.anyone.login(body.login, body.password);
  const told = async () => {
    const { partner_id, order_id } = (await manager.get(`/keys/${key.id}`)).body.data;
    const [, sold] = (await manager.get(`/keys/${key.id}/history`)).body.data;
    return [partner_id, order_id, sold.partner_id, sold.order_id, sold.actor.id].map((one) => one !== null);
  };
  expect(await told()).toEqual([false, false, false, false, false]);
  await shop.admin.put(`/partners/${shop.partnerId}`, { manager_id: staff.id });
  expect(await told()).toEqual([true, true, true, true, true]);
});

it('a key that is not there is not found by any call', async () => {
  for (const id of [MISSING, 5, 999, '99999999999999999999', '9000000000000001']) {
    const calls = [
      await shop.admin.get(`/keys/${id}`),
      await shop.admin.get(`/keys/${id}/history`),
      await shop.admin.post(`/keys/${id}/reveal`, undefined),
      await shop.admin.put(`/keys/${id}`, { serial_number: 'X' }),
      await remove(id),
    ];
    expect(calls.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404]);
  }
  for (const id of ['x', '1e3', '-1', '0x10', '1.5'])
    expect((await shop.admin.get(`/keys/${id}/history`)).status).toBe(400);
});
