import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { JSON_CONTENT_TYPE, type Surface } from './surface.js';
import { SurfaceRouter } from './surface-router.js';
import { answerUnreadable } from './unreadable-request.js';

const CANARY = 'c4n4ry-pa55';

const kiosk: Surface = {
  name: 'terminal-v1',
  hostPrefix: '',
  paths: ['/kiosk'],
  errors: ({ status, method }) => ({
    status: 200,
    contentType: JSON_CONTENT_TYPE,
    body: JSON.stringify({ code: `${status} ${method}` }),
    headers: { 'Cache-Control': 'no-store' },
  }),
};

let working: ServerResponse | undefined;
const server = createServer((_, response) => {
  working = response;
}).on('clientError', answerUnreadable(new SurfaceRouter([kiosk], new Map())));

beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
beforeEach(() => {
  working = undefined;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

function send(bytes: string) {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.write(bytes, 'latin1');
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk;
  });
  return once(socket, 'close').then(() => text);
}

it('bytes that are no HTTP are answered 400, without quoting them', async () => {
  const text = await send(`NONSENSE ${CANARY}\r\n\r\n`);
  expect(text).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n.*"error":"The request is malformed"/s);
  expect(text).not.toContain(CANARY);
});

/** The parser of Node 20.19.0 to 20.19.2 takes other bytes than ASCII in a target: then there is a request, which the adapter refuses. */
const parserRefusesBytes = Number.parseInt(process.versions.llhttp ?? '', 10) >= 9;
const otherBytes = parserRefusesBytes ? ['/kiosk/pay?q=\xd0\xbf', '/kiosk/\xff'] : [];

it.each(['/kiosk?q="a b"', ...otherBytes])(
  'a malformed %j is answered in the format of its surface',
  async (target) => {
    const text = await send(`GET ${target} HTTP/1.1\r\nHost: x\r\n\r\n`);
    expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n.*Cache-Control: no-store\r\n\r\n\{"code":"400 GET"\}$/s);
  },
);

it('junk behind a request waits for the answer to that request', async () => {
  const text = send('GET /kiosk HTTP/1.1\r\nHost: x\r\n\r\n{"junk":1}');
  await once(server, 'clientError');
  working!.end('sold');
  expect(await text).toMatch(/^HTTP\/1\.1 200 OK\r\n.*sold/s);
  expect(await text).not.toMatch(/malformed|code/);
});

it('more than the largest header is answered 431', async () => {
  expect(await send(`GET /kiosk?q=${'x'.repeat(64 * 1024)} HTTP/1.1\r\n\r\n`)).toMatch(/^HTTP\/1\.1 431 /);
});
