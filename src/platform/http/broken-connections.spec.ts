import { once } from 'node:events';
import type { Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { Body, Controller, type INestApplication, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { createLogger } from '../logging/logger.js';
import { SurfaceExceptionFilter } from './exception-filter.js';
import { HttpAdapter } from './http-adapter.js';
import { IDLE_CONNECTION_MS } from './limits.js';

@Controller()
class EchoController {
  @Post('echo')
  echo(@Body() body: unknown): unknown {
    return body;
  }
}

@Module({ controllers: [EchoController] })
class EchoModule {}

const logger = createLogger({ logLevel: 'silent' });
const settings = { trustedProxies: [], surfaceHosts: new Map() };
const adapter = new HttpAdapter({ settings, surfaces: [], logger });
const POST_ECHO = 'POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n';
let app: INestApplication;
let server: Server;
let port: number;

beforeAll(async () => {
  app = await NestFactory.create(EchoModule, adapter, { logger: false });
  app.useGlobalFilters(new SurfaceExceptionFilter(adapter));
  await app.listen(0, '127.0.0.1');
  server = adapter.getHttpServer();
  port = (server.address() as AddressInfo).port;
});
afterAll(() => app.close());

const opened: Socket[] = [];
afterEach(() => {
  for (const socket of opened.splice(0)) socket.destroy();
});

/** A client that keeps its side open, whatever the server does with its own. */
function open(): Socket {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  opened.push(socket);
  return socket;
}

it.each([
  ['bad in its middle', 'Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\nno size\r\n', () => undefined],
  ['left by its client', 'Content-Length: 9\r\n\r\n{', (socket: Socket) => socket.end()],
])('a body that is %s is answered 400, and the connection closed', async (_, rest, leave) => {
  const socket = open();
  socket.write(POST_ECHO + rest, () => leave(socket));
  const [[text]] = await Promise.all([once(socket, 'data'), once(socket, 'end')]);
  expect(String(text)).toMatch(/^HTTP\/1\.1 400 .*The request is malformed/s);
  socket.end();
  await once(socket, 'close');
});

it('a body that does not come is answered 408, and the connection closed', async () => {
  const come = Promise.all([once(server, 'connection'), once(server, 'request')]);
  const socket = open();
  socket.write(`${POST_ECHO}Content-Length: 9\r\n\r\n{`);
  const [[accepted]] = await come;
  // As Node does when the time for a request is over: it says so once.
  server.emit(
    'clientError',
    Object.assign(new Error('late'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' }),
    accepted,
  );
  const [[text]] = await Promise.all([once(socket, 'data'), once(socket, 'end')]);
  expect(String(text)).toMatch(/^HTTP\/1\.1 408 .*The request took too long/s);
});

it('connections on which nothing moves any more are closed', async () => {
  const accepted = once(server, 'connection');
  open();
  const [{ timeout }] = await accepted;
  expect(timeout).toBe(IDLE_CONNECTION_MS);
});

it.each(['/echo?q=\xd0\xbf', '/\xff', '/echo?q=\x7f'])(
  'bytes that do not belong into a target are refused, also where the parser of Node lets %j through',
  async (target) => {
    server.prependOnceListener('request', (request) => {
      request.url = target;
    });
    const socket = open();
    socket.write(`${POST_ECHO}Content-Length: 2\r\n\r\n{}`);
    const [text] = await once(socket, 'data');
    expect(String(text)).toMatch(/^HTTP\/1\.1 400 .*The request is malformed/s);
  },
);
