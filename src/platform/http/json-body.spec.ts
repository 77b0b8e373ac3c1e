import { Body, Controller, type INestApplication, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { createLogger } from '../logging/logger.js';
import { HttpAdapter } from './http-adapter.js';

@Controller('echo')
class EchoController {
  @Post()
  echo(@Body() body: unknown): unknown {
    return { body };
  }
}

@Module({ controllers: [EchoController] })
class EchoModule {}

let app: INestApplication;
let adapter: HttpAdapter;

beforeAll(async () => {
  const settings = { trustedProxies: [], surfaceHosts: new Map() };
  const logger = createLogger({ logLevel: 'silent' }, { write: () => {} });
  adapter = new HttpAdapter({ settings, surfaces: [], logger });
  app = await NestFactory.create(EchoModule, adapter, { logger: false });
  await app.init();
  await adapter.getInstance().ready();
});
afterAll(() => app.close());

const post = (payload?: string | Buffer) =>
  adapter.inject({
    method: 'POST',
    url: '/echo',
    headers: { 'content-type': 'application/json' },
    ...(payload === undefined ? {} : { payload }),
  });

it('a request without a body may say that it is JSON', async () => {
  const answer = await post();
  expect([answer.statusCode, answer.json()]).toEqual([201, {}]);
});

it('a body is read as JSON', async () => {
  expect((await post('{"a":1}')).json()).toEqual({ body: { a: 1 } });
});

it.each(['{', ' ', '{"__proto__":1}', '{"constructor":{"prototype":1}}'])(
  '%j is refused',
  async (malformed) => {
    expect((await post(malformed)).statusCode).toBe(400);
  },
);

it('bytes that are no UTF-8 are refused, and not read as something else', async () => {
  const ofWindows1251 = Buffer.from('{"key_text":"Zm\xe8n"}', 'latin1');
  const answer = await post(ofWindows1251);
  expect([answer.statusCode, answer.json()]).toEqual([400, { error: 'The body must be UTF-8' }]);
  expect((await post('{"name":"Игра"}')).json()).toEqual({ body: { name: 'Игра' } });
});
