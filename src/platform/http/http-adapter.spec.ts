import { EventEmitter, once } from 'node:events';
import { Agent, request as httpRequest } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import {
  BadRequestException,
  Body,
  Controller,
  ForbiddenException,
  Get,
  type INestApplication,
  Ip,
  Module,
  Post,
  Req,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { parseCidr } from '../config/cidr.js';
import { createLogger } from '../logging/logger.js';
import { SurfaceExceptionFilter } from './exception-filter.js';
import { HttpAdapter } from './http-adapter.js';
import { shutDown } from './shutdown.js';
import type { Surface, SurfaceName } from './surface.js';

const CANARY = 'c4n4ry-pa55';

let release = (): void => {};
/** Says `slow` when a request has come to the slow route, however long that takes. */
const arrivals = new EventEmitter();

@Controller('shop/api')
class ShopController {
  @Get('ip')
  ip(@Ip() ip: string): string {
    return ip;
  }

  @Get('broken')
  broken(): never {
    throw new Error(`internal text ${CANARY}`);
  }

  @Get('forbidden')
  forbidden(): never {
    throw new ForbiddenException('not yours');
  }

  @Get('invalid')
  invalid(): never {
    throw new BadRequestException(['name is missing', 'price is negative']);
  }

  @Get('slow')
  slow(): Promise<string> {
    return new Promise((resolve) => {
      release = () => resolve('done');
      arrivals.emit('slow');
    });
  }

  @Get('size')
  size(@Req() request: FastifyRequest): number {
    return (request.query as { q: string }).q.length;
  }

  @Post('echo')
  echo(@Body() body: unknown): unknown {
    return body;
  }
}

@Module({ controllers: [ShopController] })
class ShopModule {}

const shop: Surface = {
  name: 'storefront',
  hostPrefix: '/shop',
  paths: ['/shop'],
  errors: ({ status, message, details, requestId }) => ({
    status,
    contentType: 'application/problem+json',
    body: JSON.stringify({ shop: message, details, requestId }),
    headers: { 'X-Shop': 'yes' },
  }),
};

const lines: string[] = [];
const logger = createLogger({ logLevel: 'debug' }, { write: (line) => lines.push(line) });
let app: INestApplication;
let adapter: HttpAdapter;

beforeEach(async () => {
  lines.length = 0;
  adapter = new HttpAdapter({
    settings: {
      trustedProxies: [parseCidr('127.0.0.1')!],
      surfaceHosts: new Map<string, SurfaceName>([['shop.example.com', 'storefront']]),
    },
    surfaces: [shop],
    logger,
  });
  app = await NestFactory.create(ShopModule, adapter, { logger: false });
  app.useGlobalFilters(new SurfaceExceptionFilter(adapter));
  await app.init();
  await adapter.getInstance().ready();
});

afterEach(() => app.close());

const inject = (url: string, headers: Record<string, string> = {}) => adapter.inject({ url, headers });

describe('a failure', () => {
  it('is shown in the format of its surface, with the request id', async () => {
    const answer = await inject('/shop/nothing?x=1');
    expect(answer.statusCode).toBe(404);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.headers['x-shop']).toBe('yes');
    expect(answer.json()).toEqual({
      shop: 'Not found',
      details: [],
      requestId: answer.headers['x-request-id'],
    });
  });

  it('is plain JSON outside of all surfaces', async () => {
    const answer = await inject('/nowhere');
    expect([answer.statusCode, answer.json()]).toEqual([404, { error: 'Not found' }]);
  });

  it('of a controller keeps its status and text', async () => {
    expect((await inject('/shop/api/forbidden')).json()).toMatchObject({ shop: 'not yours' });
    expect((await inject('/shop/api/invalid')).json()).toMatchObject({
      shop: 'name is missing; price is negative',
      details: ['name is missing', 'price is negative'],
    });
  });

  it('of our own making shows nothing of itself, and is logged with its stack', async () => {
    const answer = await inject('/shop/api/broken?password=hidden');
    expect(answer.statusCode).toBe(500);
    expect(answer.json()).toMatchObject({ shop: 'Internal server error' });
    const logged = JSON.parse(lines.find((line) => line.includes('request failed')) ?? '{}');
    expect(logged).toMatchObject({ method: 'GET', path: '/shop/api/broken', reqId: answer.json().requestId });
    expect(logged.err.stack).toContain('broken');
  });

  it.each([
    ['not JSON', 400, 'application/json', `{"password":"${CANARY}"`],
    ['a poisoned prototype', 400, 'application/json', '{"__proto__":{"a":1}}'],
    ['a type that nobody reads', 415, 'text/csv', CANARY],
    ['a body over the limit', 413, 'application/json', `"${'x'.repeat(1024 * 1024)}"`],
  ])('over %s is %i and does not quote the body', async (_what, status, type, payload) => {
    const answer = await adapter.inject({
      method: 'POST',
      url: '/shop/api/echo',
      headers: { 'content-type': type },
      payload,
    });
    expect(answer.statusCode).toBe(status);
    expect(answer.body).not.toContain(CANARY);
    expect(answer.json()).toHaveProperty('shop');
  });

  it('over a malformed path is 400 in the format of the surface', async () => {
    const answer = await inject(`/shop/%zz?password=${CANARY}`);
    expect([answer.statusCode, answer.json().shop]).toEqual([400, 'The request is malformed']);
    expect(answer.body).not.toContain(CANARY);
  });
});

describe('routing', () => {
  it('follows the host to its surface, as a trusted proxy reports it', async () => {
    expect((await inject('/api/ip', { host: 'shop.example.com' })).statusCode).toBe(200);
    expect(
      (await inject('/api/ip', { host: 'lb', 'x-forwarded-host': 'Shop.example.com:443' })).statusCode,
    ).toBe(200);
    expect((await inject('/api/ip')).statusCode).toBe(404);
    expect((await inject('/nothing', { host: 'shop.example.com' })).json()).toHaveProperty('shop');
  });

  it('takes a trailing slash or none', async () => {
    expect((await inject('/shop/api/ip/')).statusCode).toBe(200);
    expect((await inject('/shop/api/ip/?a=b')).statusCode).toBe(200);
  });

  it("believes a proxy's word on the client's address only from trusted proxies", async () => {
    const from = async (remoteAddress: string, forwarded = '198.51.100.7'): Promise<string> =>
      (
        await adapter.inject({
          url: '/shop/api/ip',
          remoteAddress,
          headers: { 'x-forwarded-for': forwarded },
        })
      ).body;
    expect(await from('127.0.0.1')).toBe('198.51.100.7');
    expect(await from('203.0.113.9')).toBe('203.0.113.9');
    expect(await from('127.0.0.1', '203.0.113.1, 198.51.100.7:50123')).toBe('198.51.100.7');
    expect(await from('127.0.0.1', '203.0.113.1,198.51.100.7:4711, 127.0.0.1:80')).toBe('198.51.100.7');
    expect(await from('127.0.0.1', '[2001:db8::7]:443')).toBe('2001:db8::7');
    expect(await from('127.0.0.1', '2001:db8::7')).toBe('2001:db8::7');
  });
});

it('logs every request at debug level by its path alone', async () => {
  await inject(`/shop/api/ip?password=${CANARY}`);
  await inject(`/shop/nothing?password=${CANARY}`);
  await inject(`/shop/api/broken?password=${CANARY}`);
  expect(lines.some((line) => line.includes('"path":"/shop/api/ip"') && line.includes('"status":200'))).toBe(
    true,
  );
  expect(lines.join('')).not.toContain('?');
});

describe('on a socket', () => {
  const agent = new Agent({ keepAlive: true });
  let port: number;

  beforeEach(async () => {
    await app.listen(0, '127.0.0.1');
    port = (adapter.getHttpServer().address() as AddressInfo).port;
  });

  const get = (path: string): Promise<{ status: number; body: string }> =>
    new Promise((resolve, reject) => {
      httpRequest({ port, host: '127.0.0.1', path, agent }, (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (chunk) => {
          body += chunk;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
      })
        .on('error', reject)
        .end();
    });

  /** What is sent as it stands, and all that comes back until the connection is closed. */
  async function exchange(bytes: string): Promise<string> {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.end(bytes);
    await once(socket, 'close');
    return text;
  }

  afterEach(() => agent.destroy());

  it('takes a request line of 64 KiB', async () => {
    const path = `/shop/api/size?q=${'x'.repeat(64 * 1024 - 30)}`;
    expect(await get(path)).toMatchObject({ status: 200, body: String(64 * 1024 - 30) });
  });

  it('answers 431 to one of a megabyte and logs nothing of it', async () => {
    expect(
      (await get(`/shop/api/size?q=${'x'.repeat(1024 * 1024)}`).catch(() => ({ status: 431 }))).status,
    ).toBe(431);
    expect(lines.join('')).not.toContain('xxxx');
  });

  it('answers a client that has shut down its side of the connection, and closes it then', async () => {
    once(arrivals, 'slow').then(() => setTimeout(() => release(), 100));
    expect(await exchange('GET /shop/api/slow HTTP/1.1\r\nHost: a\r\n\r\n')).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('passes over an expectation that it does not know, which Node would refuse by itself', async () => {
    const text = await exchange('GET /shop/nowhere HTTP/1.1\r\nHost: a\r\nExpect: a-miracle\r\n\r\n');
    expect(text).toMatch(/^HTTP\/1\.1 404 .*"shop":"Not found"/s);
  });

  it('answers 400 to what is no HTTP, without quoting it', async () => {
    const text = await exchange(`NONSENSE ${CANARY}\r\n\r\n`);
    expect(text).toMatch(/^HTTP\/1\.1 400 /);
    expect(text + lines.join('')).not.toContain(CANARY);
  });

  it('finishes what was accepted before it stops', async () => {
    const arrived = once(arrivals, 'slow');
    const slow = get('/shop/api/slow');
    await arrived;
    const stopped = shutDown(app, { logger });
    setTimeout(() => release(), 50);
    expect(await slow).toMatchObject({ status: 200, body: 'done' });
    const answeredAt = performance.now();
    await stopped;
    expect(performance.now() - answeredAt).toBeLessThan(1_000);
    await expect(get('/shop/api/ip')).rejects.toThrow();
  });

  it('gives up on requests that take longer than the grace', async () => {
    const arrived = once(arrivals, 'slow');
    const failed = expect(get('/shop/api/slow')).rejects.toThrow('socket hang up');
    await arrived;
    await shutDown(app, { logger, graceMs: 50 });
    await failed;
  });
});
