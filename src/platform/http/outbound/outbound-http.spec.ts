import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server as TcpServer } from 'node:net';
import { parseCidr } from '../../config/cidr.js';
import { MAX_RESPONSE_BYTES } from './limits.js';
import { OutboundHttp, type OutboundOptions } from './outbound-http.js';
import { AddressPolicy } from './public-address.js';

interface Hostile {
  /** What the name servers of these tests know. */
  readonly names: Readonly<Record<string, readonly string[]>>;
  readonly allowed: readonly string[];
  /** By the problem that each must be refused for. */
  readonly refused: Readonly<Record<string, readonly string[]>>;
}
const hostile = JSON.parse(readFileSync('src/platform/http/outbound/hostile-urls.json', 'utf8')) as Hostile;
const resolve = async (host: string) => hostile.names[host] ?? [];
const ranges = (...texts: string[]) => texts.map((text) => parseCidr(text)!);
const open: (Server | TcpServer)[] = [];
const stop: (() => void)[] = [];

afterEach(async () => {
  for (const end of stop.splice(0)) end();
  await Promise.all(open.splice(0).map((server) => new Promise((done) => server.close(done))));
});

async function listen(server: Server | TcpServer): Promise<number> {
  open.push(server);
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return (server.address() as AddressInfo).port;
}

const serve = (listener: RequestListener): Promise<number> => {
  const server = createServer(listener);
  stop.push(() => server.closeAllConnections());
  return listen(server);
};

/** Answers the raw text and does what a broken server does next. */
const serveRaw = (
  answer: (socket: {
    write(text: string): void;
    end(): void;
    resetAndDestroy(): void;
    destroyed: boolean;
  }) => void,
): Promise<number> =>
  listen(
    createTcpServer((socket) => {
      stop.push(() => socket.destroy());
      socket.on('error', () => undefined);
      socket.once('data', () => answer(socket));
    }),
  );

const outbound = (options: Partial<OutboundOptions> = {}) =>
  new OutboundHttp({
    allowHttp: true,
    allowPrivate: ranges('127.0.0.0/8'),
    resolve,
    timeoutMs: 400,
    ...options,
  });
const post = (sender: OutboundHttp, url: string) =>
  sender.post({ url, headers: { 'content-type': 'application/json' }, body: '{"a":1}' });

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text;
}

describe('which addresses are sent to', () => {
  const strict = new OutboundHttp({ allowHttp: true, resolve });
  const refused = Object.entries(hostile.refused).flatMap(([problem, urls]) =>
    urls.map((url) => [problem, url] as const),
  );

  it.each(refused)('%s: %j', async (problem, url) => {
    expect(await strict.problemOf(url)).toBe(problem);
    expect(await post(strict, url)).toEqual({ outcome: 'refused', problem });
  });

  it.each(hostile.allowed)('allowed: %s', async (url) => {
    expect(await strict.problemOf(url)).toBeNull();
  });

  it('is https alone where http is not allowed', async () => {
    const secure = new OutboundHttp({ allowHttp: false, resolve });
    expect(await secure.problemOf('http://public.example/')).toBe('https-required');
    expect(await secure.problemOf('https://public.example/')).toBeNull();
  });

  it('is private ones only within the ranges that the operator names', () => {
    const policy = new AddressPolicy(ranges('10.1.0.0/16', 'fd00::/64'));
    expect(['10.1.2.3', '::ffff:10.1.2.3', 'fd00::1'].map((text) => policy.allows(text))).toEqual([
      true,
      true,
      true,
    ]);
    expect(['10.2.0.1', '127.0.0.1', 'fd00:0:0:1::1'].map((text) => policy.allows(text))).toEqual([
      false,
      false,
      false,
    ]);
  });

  it('never takes longer than the time-out, even where name servers hang', async () => {
    const hanging = outbound({ resolve: () => new Promise(() => undefined), timeoutMs: 50 });
    expect(await post(hanging, 'http://public.example/')).toEqual({ outcome: 'failed', reason: 'timeout' });
    expect(await hanging.problemOf('http://public.example/')).toBe('unresolvable');
  });
});

describe('what is sent', () => {
  it('goes to the address that was checked, under the name that was given', async () => {
    const seen: unknown[] = [];
    const port = await serve(async (request, response) => {
      const { url, headers } = request;
      seen.push({ url, host: headers.host, type: headers['content-type'], body: await bodyOf(request) });
      response.end('thanks');
    });
    const sender = outbound({ resolve: async () => ['127.0.0.1'] });
    const answer = await post(sender, `http://hooks.example:${port}/in?key=1`);
    expect(answer).toEqual({ outcome: 'answered', status: 200, start: Buffer.from('thanks') });
    expect(seen).toEqual([
      { url: '/in?key=1', host: `hooks.example:${port}`, type: 'application/json', body: '{"a":1}' },
    ]);
  });

  it('looks a name up once, so that one that answers differently the next time gains nothing', async () => {
    let looks = 0;
    const port = await serve((_, response) => response.end());
    const rebinding = async () => {
      looks += 1;
      return looks === 1 ? ['127.0.0.2'] : ['127.0.0.1'];
    };
    const sender = outbound({ resolve: rebinding, allowPrivate: ranges('127.0.0.2/32') });
    // Nothing listens at the checked address; the other one would have answered.
    expect(await post(sender, `http://hooks.example:${port}/`)).toEqual({
      outcome: 'failed',
      reason: 'connection',
    });
    expect(looks).toBe(1);
    expect(await post(sender, `http://hooks.example:${port}/`)).toEqual({
      outcome: 'refused',
      problem: 'private-address',
    });
  });

  it('does not follow redirects', async () => {
    let followed = 0;
    const inner = await serve((_, response) => {
      followed += 1;
      response.end();
    });
    const port = await serve((_, response) =>
      response.writeHead(302, { location: `http://127.0.0.1:${inner}/` }).end(),
    );
    expect(await post(outbound(), `http://127.0.0.1:${port}/`)).toMatchObject({ status: 302 });
    expect(followed).toBe(0);
  });

  it('goes through no proxy of the environment', async () => {
    const port = await serve((_, response) => response.end());
    const before = { ...process.env };
    process.env.HTTP_PROXY = 'http://127.0.0.1:9/';
    process.env.http_proxy = 'http://127.0.0.1:9/';
    try {
      expect(await post(outbound(), `http://127.0.0.1:${port}/`)).toMatchObject({ status: 200 });
    } finally {
      process.env = before;
    }
  });

  it('cannot be given headers by the address', async () => {
    let injected: unknown = 'not asked';
    const port = await serve((request, response) => {
      injected = request.headers['x-injected'];
      response.end();
    });
    await post(outbound(), `http://127.0.0.1:${port}/%0d%0aX-Injected:%20yes`);
    expect(injected).toBeUndefined();
  });
});

describe('receivers that misbehave', () => {
  const failed = (reason: string) => ({ outcome: 'failed', reason });
  const HEAD = 'HTTP/1.1 200 OK\r\n';

  it('one that never answers is left after the time-out', async () => {
    const port = await serveRaw(() => undefined);
    expect(await post(outbound(), `http://127.0.0.1:${port}/`)).toEqual(failed('timeout'));
  });

  it.each([
    ['header', 'X-A: 1\r\n'],
    ['body', 'Content-Length: 100000\r\n\r\n'],
  ])('one that drips its %s is left after the time-out', async (_, begin) => {
    const port = await serveRaw((socket) => {
      socket.write(HEAD + begin);
      const drip = setInterval(() => !socket.destroyed && socket.write('x'), 20);
      stop.push(() => clearInterval(drip));
    });
    const started = performance.now();
    expect(await post(outbound(), `http://127.0.0.1:${port}/`)).toEqual(failed('timeout'));
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  it('one that never answers is left at once when nobody waits any more', async () => {
    const port = await serveRaw(() => undefined);
    const ending = new AbortController();
    setTimeout(() => ending.abort(), 20);
    const sender = outbound({ timeoutMs: 10_000 });
    const request = { url: `http://127.0.0.1:${port}/`, headers: {}, body: '', signal: ending.signal };
    const started = performance.now();
    expect(await sender.post(request)).toEqual(failed('connection'));
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  it('one that resets, or closes in the middle, has not answered', async () => {
    const resetting = await serveRaw((socket) => socket.resetAndDestroy());
    expect(await post(outbound(), `http://127.0.0.1:${resetting}/`)).toEqual(failed('connection'));
    const closing = await serveRaw((socket) => {
      socket.write(`${HEAD}Content-Length: 10\r\n\r\nabc`);
      socket.end();
    });
    expect(await post(outbound(), `http://127.0.0.1:${closing}/`)).toEqual(failed('answer'));
  });

  it('one that sends without end is read to a limit', async () => {
    const port = await serve((_, response) => {
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536, 'x')));
      };
      response.on('drain', more);
      more();
    });
    const answer = await post(outbound(), `http://127.0.0.1:${port}/`);
    expect(answer).toMatchObject({ outcome: 'answered', status: 200 });
    expect((answer as { start: Buffer }).start).toHaveLength(MAX_RESPONSE_BYTES);
  });

  it('one with headers beyond measure has not answered', async () => {
    const port = await serveRaw((socket) => socket.write(`${HEAD}X-A: ${'x'.repeat(70_000)}\r\n\r\n`));
    expect(await post(outbound(), `http://127.0.0.1:${port}/`)).toEqual(failed('connection'));
  });
});
