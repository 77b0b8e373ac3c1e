import { KeysShop } from './keys-shop.js';

let shop: KeysShop;
let first: number;
let second: number;
let exact: number;
const keys: Record<string, number> = {};

beforeAll(async () => {
  shop = await KeysShop.open();
  first = (await shop.package()).id;
  second = (await shop.package()).id;
  exact = (await shop.package({}, { key_format: 'exact' })).id;
  const add = async (name: string, packageId: number, key_text: string, serial_number?: string) => {
    keys[name] = (await shop.key(packageId, { key_text, serial_number })).id;
  };
  await add('long', first, 'ABCD-EFGH-JKLM-9876', 'SN-100');
  await add('twin', second, 'ZZZZ-EFGH-JKLM-9876', 'SN-101');
  await add('short', first, 'TINY-9876', 'XN-1');
  await add('link', exact, 'https://keys.example/Ab?c=1');
});
afterAll(() => shop.app.close());

/** Names of the keys that a search finds. */
async function found(search: string, more = '', client = shop.admin): Promise<string[]> {
  const { status, body } = await client.get(`/keys?search=${encodeURIComponent(search)}${more}`);
  if (status !== 200) throw new Error(body.error);
  const ids = body.data.map(({ id }: { id: number }) => id);
  expect(JSON.stringify(body)).not.toMatch(/EFGH|TINY|example/);
  return Object.keys(keys)
    .filter((name) => ids.includes(keys[name]))
    .sort();
}

describe('a search of keys finds', () => {
  it('a whole text, however it is written', async () => {
    expect(await found('ABCD-EFGH-JKLM-9876')).toEqual(['long']);
    expect(await found(' abcdefghjklm 9876 ')).toEqual(['long']);
    expect(await found('tiny9876')).toEqual(['short']);
    expect(await found('ABCD-EFGH-JKLM-987')).toEqual([]);
  });

  it('a text of a product whose texts are compared exactly', async () => {
    expect(await found('https://keys.example/Ab?c=1')).toEqual(['link']);
    expect(await found('https://keys.example/AB?c=1')).toEqual([]);
  });

  it('the last four characters of texts that are long enough', async () => {
    expect(await found('9876')).toEqual(['long', 'twin']);
    expect(await found('98-76')).toEqual(['long', 'twin']);
    expect(await found('?c=1')).toEqual(['link']);
    expect(await found('?C=1')).toEqual([]);
    expect(await found('876')).toEqual([]);
  });

  it('the beginning of a serial number', async () => {
    expect(await found('SN-10')).toEqual(['long', 'twin']);
    expect(await found('SN-101')).toEqual(['twin']);
    expect(await found('N-1')).toEqual([]);
  });

  it('any part of a text of one package', async () => {
    expect(await found('efgh-j', `&package_id=${first}`)).toEqual(['long']);
    expect(await found('9876', `&package_id=${first}`)).toEqual(['long', 'short']);
    expect(await found('example/A', `&package_id=${exact}`)).toEqual(['link']);
    expect(await found('EXAMPLE', `&package_id=${exact}`)).toEqual([]);
    expect(await found('---', `&package_id=${first}`)).toEqual([]);
    expect(await found('EFGH-J')).toEqual([]);
  });

  it('only what the other filters let through', async () => {
    expect(await found('9876', `&package_id=${second}`)).toEqual(['twin']);
    expect(await found('SN-10', '&status=1')).toEqual(['long', 'twin']);
    expect(await found('SN-10', '&status=3')).toEqual([]);
    expect(await found('ABCD-EFGH-JKLM-9876', `&package_id=${second}`)).toEqual([]);
  });

  it('the same with the way from the vendor', async () => {
    const { body } = await shop.admin.get('/keys/with-hierarchy?search=SN-10&sort=-serial_number&limit=1');
    expect(body).toMatchObject({
      data: [{ id: keys.twin, package: { id: second } }],
      pagination: { page: 1, limit: 1, total: 2, totalPages: 2 },
    });
  });
});

it('parts of texts are for admins alone: whoever may try parts reads the text in the end', async () => {
  const body = { name: 'A', login: 'auditor-1', password: 'auditor-password', role: 'auditor' };
  await shop.admin.create('/staff', body);
  const auditor = await shop.anyone.login(body.login, body.password);
  expect(await found('efgh-j', `&package_id=${first}`, auditor)).toEqual([]);
  expect(await found('9876', '', auditor)).toEqual(['long', 'twin']);
});

it('a newer key with a text that was deleted unseen is the one that is found', async () => {
  const key_text = 'COMES-BACK-0001-AAAA';
  const old = await shop.key(first, { key_text });
  await shop.admin.call('DELETE', `/keys/${old.id}`);
  const again = await shop.key(second, { key_text });
  const { body } = await shop.admin.get(`/keys?search=${key_text}`);
  expect(body.data.map(({ id }: { id: number }) => id)).toEqual([again.id]);
});

it('no search is an internal error, and none takes long', async () => {
  const odd = ['%00', '%', '.*', '$gt', '\u{1f511}', '\uffff', 'x'.repeat(4000), '"', "' or 1=1", '\\', '-'];
  for (const text of odd) {
    const query = `search=${encodeURIComponent(text)}&package_id=${first}`;
    expect((await shop.admin.get(`/keys?${query}`)).status).toBe(200);
  }
  expect((await shop.admin.get(`/keys?search=${'x'.repeat(4001)}`)).status).toBe(400);
});

describe('keys that cannot be taken in', () => {
  it.each([
    ['NUL', 'a\0b'],
    ['a line end', 'a\nb'],
    ['half of a surrogate pair', 'a\ud800'],
    ['nothing but hyphens', '---'],
    ['a megabyte', 'x'.repeat(900_000)],
  ])('%s', async (_, key_text) => {
    const answer = await shop.admin.post('/keys', { package_id: first, key_text });
    expect(answer).toMatchObject({ status: 400, body: { error: expect.stringMatching(/key_text/) } });
  });
});
