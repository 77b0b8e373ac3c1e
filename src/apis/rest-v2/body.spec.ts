import type { BadRequestException } from '@nestjs/common';
import { LoginBody } from './auth/auth.dto.js';
import { RequestPipe } from './body.js';
import { ProductListQuery } from './catalog/catalog.dto.js';
import { BulkKey, CreateKeysBody } from './inventory/keys.dto.js';
import { TopUpBody } from './partners/money.dto.js';
import { CreatePartnerBody, CurrencySettingsBody } from './partners/partners.dto.js';

async function refusalOf(metatype: new () => object, value: unknown): Promise<unknown> {
  const refused: BadRequestException = await new RequestPipe()
    .transform(value, { type: 'body', metatype })
    .then(() => Promise.reject(new Error('nothing was refused')))
    .catch((error) => error);
  return (refused.getResponse() as { message: unknown }).message;
}

const keys = (...list: unknown[]) => ({ package_id: 1, keys: list });

/** So many keys, with these in their places. */
const manyKeys = (count: number, odd: Readonly<Record<number, unknown>> = {}, fields: object = {}) => ({
  package_id: 1,
  keys: Array.from({ length: count }, (_, place) => (place in odd ? odd[place] : { key_text: 'K' })),
  ...fields,
});
const NO_OBJECT = ['each value in keys must be an object'];
const TOO_MANY = ['keys must contain no more than 10000 elements'];
const topUp = (fields: object) => ({ currency: 'AZN', amount: '1', reference: 'R', ...fields });

it.each([
  [LoginBody, {}, ['login must be a string', 'password must be a string']],
  [LoginBody, { login: null, password: 5 }, ['login must be a string', 'password must be a string']],
  [
    LoginBody,
    { login: 'x'.repeat(201), password: 'p' },
    ['login must be shorter than or equal to 200 characters'],
  ],
  [LoginBody, { login: 'a', password: 'p', pin: 1 }, ['property pin should not exist']],
  // JSON that came as a form is one field whose name is all of it.
  [
    LoginBody,
    { '{"login":"a","password":"p"}': '' },
    ['property … should not exist', 'login must be a string', 'password must be a string'],
  ],
  [LoginBody, { login: 'a', password: 'p', ['x'.repeat(65)]: 1 }, ['property … should not exist']],
  [LoginBody, { login: 'a', password: 'p', açar: 1 }, ['property açar should not exist']],
  [ProductListQuery, { vendor_id: 'abc' }, ['vendor_id must be an integer number']],
  [ProductListQuery, { vendor_id: '0' }, ['vendor_id must not be less than 1']],
  [CreatePartnerBody, { name: 'n', login: 'l' }, ['password must be a string']],
  [TopUpBody, topUp({ reference: 5 }), ['reference must be a string']],
  [TopUpBody, topUp({ reference: ' ' }), ['reference must not be blank and must have no NUL']],
  [CreateKeysBody, { package_id: '1', keys: [{ key_text: 'K' }] }, ['package_id must be an integer number']],
  [CreateKeysBody, { package_id: 1, keys: null }, ['keys must be an array']],
  [CreateKeysBody, { package_id: 1, keys: { key_text: 5 } }, ['keys must be an array']],
  [CreateKeysBody, keys('K'), ['each value in keys must be an object']],
  [CreateKeysBody, keys({ key_text: 'K' }, { key_text: 7 }), ['keys.1.key_text must be a string']],
  [CreateKeysBody, keys({ key_text: 'K', foo: 1 }), ['property keys.0.foo should not exist']],
  [CreateKeysBody, keys({ key_text: 'K', 'AAAA BBBB': 1 }), ['property keys.0.… should not exist']],
  [
    CurrencySettingsBody,
    { rate_markup_percent: { USD: '1', XXX: '1' } },
    ['property rate_markup_percent.XXX should not exist'],
  ],
])('%p of %j says what is wrong', async (metatype, value, messages) => {
  expect(await refusalOf(metatype, value)).toEqual(messages);
});

describe('a long list', () => {
  it.each<[string, object, string[]]>([
    ['something wrong in its first item', manyKeys(2_000, { 0: {} }), ['keys.0.key_text must be a string']],
    [
      'something wrong in its last item',
      manyKeys(10_000, { 9999: { key_text: 7 } }),
      ['keys.9999.key_text must be a string'],
    ],
    [
      'several wrong items, far apart',
      manyKeys(10_000, {
        7001: { key_text: 'x'.repeat(10_001) },
        3: { key_text: 'K', serial_number: 5 },
        4999: { key_text: 'K', foo: 1, expires_at: {} },
        5000: { key_text: [], serial_number: [] },
      }),
      [
        'keys.3.serial_number must be a string',
        'property keys.4999.foo should not exist',
        'keys.4999.expires_at must be a string',
        'keys.5000.key_text must be a string',
        'keys.5000.serial_number must be a string',
        'keys.7001.key_text must be shorter than or equal to 10000 characters',
      ],
    ],
    ['a text among its items', manyKeys(10_000, { 6000: 'K', 2: { key_text: 7 } }), NO_OBJECT],
    ['null among its items', manyKeys(3_000, { 2999: null }), NO_OBJECT],
    ['a list among its items', manyKeys(3_000, { 1700: [{ key_text: 'K' }] }), NO_OBJECT],
    ['different things that are no objects', manyKeys(3_000, { 1: [], 1000: 5, 2000: null }), NO_OBJECT],
    [
      'something wrong beside it, and in it',
      manyKeys(3_000, { 2000: { key_text: 7 } }, { package_id: 'x', extra: true }),
      [
        'property extra should not exist',
        'package_id must be an integer number',
        'keys.2000.key_text must be a string',
      ],
    ],
    [
      'something wrong beside it',
      manyKeys(3_000, {}, { package_id: 0 }),
      ['package_id must not be less than 1'],
    ],
    [
      'no objects, and something wrong beside it',
      manyKeys(3_000, { 2000: 1 }, { package_id: 0 }),
      ['package_id must not be less than 1', ...NO_OBJECT],
    ],
    ['more items than are allowed', manyKeys(10_001), TOO_MANY],
    ['more items than are allowed, and wrong ones', manyKeys(12_000, { 0: 1, 5: {}, 11999: {} }), TOO_MANY],
    [
      'more items than are allowed, and something wrong beside it',
      manyKeys(10_001, {}, { package_id: null, extra: [] }),
      ['property extra should not exist', 'package_id must be an integer number', ...TOO_MANY],
    ],
    [
      'a wrong item after the other',
      manyKeys(3_000, Object.fromEntries(Array.from({ length: 2_990 }, (_, place) => [place + 10, {}]))),
      Array.from({ length: 20 }, (_, place) => `keys.${place + 10}.key_text must be a string`),
    ],
  ])('with %s says what is wrong', async (_, value, messages) => {
    expect(await refusalOf(CreateKeysBody, value)).toEqual(messages);
  });

  it('comes as objects of its class, in its order', async () => {
    const value = manyKeys(1_234, { 7: { key_text: 'seventh' }, 1233: { key_text: 'last' } });
    const made = await new RequestPipe().transform(value, { type: 'body', metatype: CreateKeysBody });
    expect(made).toBeInstanceOf(CreateKeysBody);
    const { keys: list, package_id } = made as CreateKeysBody;
    expect([list.length, package_id, list[7]?.key_text, list[1_233]?.key_text]).toEqual([
      1_234,
      1,
      'seventh',
      'last',
    ]);
    expect(list.every((key) => key instanceof BulkKey)).toBe(true);
  });

  it('lets others work while it is checked', async () => {
    let turns = 0;
    let isOver = false;
    const count = (): void => {
      turns += 1;
      if (!isOver) setImmediate(count);
    };
    setImmediate(count);
    await new RequestPipe().transform(manyKeys(10_000), { type: 'body', metatype: CreateKeysBody });
    isOver = true;
    expect(turns).toBeGreaterThan(10);
  });
});
