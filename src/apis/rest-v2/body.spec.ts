import type { BadRequestException } from '@nestjs/common';
import { LoginBody } from './auth/auth.dto.js';
import { RequestPipe } from './body.js';
import { ProductListQuery } from './catalog/catalog.dto.js';
import { CreateKeysBody } from './inventory/keys.dto.js';
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
