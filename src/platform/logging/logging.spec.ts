import fastify from 'fastify';
import { createLogger, type Logger } from './logger.js';
import { NestLogger } from './nest-logger.js';
import { scrub } from './scrub.js';

const CANARY = 'c4n4ry-pa55';

function captured(): { logger: Logger; lines: string[]; last(): Record<string, unknown> } {
  const lines: string[] = [];
  const logger = createLogger({ logLevel: 'trace' }, { write: (line) => lines.push(line) });
  return { logger, lines, last: () => JSON.parse(lines.at(-1) ?? '{}') };
}

describe('the logger', () => {
  it('writes one JSON object per line with level and time', () => {
    const { logger, last } = captured();
    logger.info({ package: 7 }, 'sold');
    expect(last()).toMatchObject({ level: 'info', package: 7, msg: 'sold' });
    expect(last().time).toMatch(/^\d{4}-.*Z$/);
  });

  it.each<[string, object, string]>([
    [
      'a query string in a message',
      {},
      `Cannot GET /api/v1/partners/service?password=${CANARY}&data={"a":1}`,
    ],
    ['quotes within a query string', {}, `/x?settings={"a":"b"}&login=x&data={"p":"${CANARY}"} failed`],
    ['a query string in a field', { url: `/x?login=a&key=${CANARY}` }, 'in'],
    ['a property', { password: CANARY }, 'in'],
    ['a property with a quote in it', { password: `a"${CANARY}` }, 'in'],
    ['a property deep inside', { a: { b: [{ c: { new_password: CANARY } }] } }, 'in'],
    ['a list', { api_key: ['x', CANARY] }, 'in'],
    ['an object', { secret: { value: CANARY } }, 'in'],
    ['a body as text', { body: JSON.stringify({ password: CANARY, login: 'kiosk' }) }, 'in'],
    ['a body as text with a quote in it', { body: JSON.stringify({ password: `a"b\\${CANARY}` }) }, 'in'],
    ['a form', {}, `login=kiosk&password=${CANARY}`],
    ['a header', { headers: { authorization: `Bearer ${CANARY}` } }, 'in'],
    ['a header in a message', {}, `authorization was Bearer ${CANARY}.x-y_z`],
    ['a cookie', { headers: { 'set-cookie': `session=${CANARY}` } }, 'in'],
    ["a database's URL", {}, `connecting to mongodb://admin:${CANARY}@db:27017/x`],
    ['an error', { err: new Error(`bad URL /x?password=${CANARY}`) }, 'in'],
  ])('hides a secret in %s', (_place, fields, message) => {
    const { logger, lines, last } = captured();
    logger.info(fields, message);
    expect(lines.join('')).not.toContain(CANARY);
    expect(last().level).toBe('info');
  });

  it('leaves what is no secret as it was', () => {
    const { logger, last } = captured();
    const fields = {
      path: '/api/keys',
      passwordless: undefined,
      key_id: 5,
      partner: 'kiosk "7"',
      list: [1, 2],
    };
    logger.warn(fields, 'is it right? yes: a=b');
    expect(last()).toMatchObject({ path: '/api/keys', key_id: 5, partner: 'kiosk "7"', list: [1, 2] });
    expect(last().msg).toBe('is it right? yes: a=b');
  });

  it('takes linear time for a hostile line', () => {
    const started = process.cpuUsage();
    scrub(`/${'?a="'.repeat(20_000)}`);
    scrub(`{"x":"${'\\"password\\":\\"'.repeat(20_000)}"}`);
    for (const text of ['password', '/', 'a://', 'aaaa', '"secret":[', '"secret":{'])
      scrub(text.repeat(20_000));
    const { user, system } = process.cpuUsage(started);
    expect((user + system) / 1000).toBeLessThan(2_000);
  });
});

describe('Fastify on the logger', () => {
  it('logs requests by their path, and errors and unknown routes without the query', async () => {
    const { logger, lines } = captured();
    const app = fastify({ loggerInstance: logger });
    app.get('/ok', () => 'ok');
    app.get('/fails', () => {
      throw new Error('broken');
    });
    for (const path of ['/ok', '/fails', '/nowhere']) {
      await app.inject({
        url: `${path}?login=kiosk&password=${CANARY}`,
        headers: { authorization: `Bearer ${CANARY}` },
      });
    }
    await app.close();
    const entries = lines.map((line) => JSON.parse(line));
    expect(entries).toContainEqual(expect.objectContaining({ req: { method: 'GET', path: '/ok' } }));
    expect(entries).toContainEqual(
      expect.objectContaining({ err: expect.objectContaining({ message: 'broken' }) }),
    );
    expect(lines.join('')).not.toContain(CANARY);
    expect(lines.join('')).not.toContain('kiosk');
  });
});

describe("Nest's log calls", () => {
  it('keep their level, context and stack, and tell of the start alone to who looks for faults', () => {
    const { logger, last } = captured();
    const nest = new NestLogger(logger);
    nest.log('started', 'Application');
    expect(last()).toMatchObject({ level: 'debug', msg: 'started', context: 'Application' });
    nest.error('failed', 'Error: at x', 'Router');
    expect(last()).toMatchObject({ level: 'error', msg: 'failed', stack: 'Error: at x', context: 'Router' });
    nest.warn(new Error('odd'));
    expect(last()).toMatchObject({ level: 'warn', msg: 'odd', err: { message: 'odd' } });
    nest.verbose({ routes: 3 }, 'Router');
    expect(last()).toMatchObject({ level: 'trace', detail: { routes: 3 } });
  });
});
