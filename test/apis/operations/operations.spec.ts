import type { FastifyInstance } from 'fastify';
import { Readiness } from '../../../src/composition/readiness.js';
import { MeasuredEventStore } from '../../../src/platform/metrics/measured-event-store.js';
import { startTestApp, type TestApp } from '../../support/app.js';
import { Client } from '../rest-v2/client.js';

const PASSWORD = 'correct horse battery staple';
const TOKEN = 'c4n4ry-metrics-token';

let app: TestApp;
let guarded: TestApp;

beforeAll(async () => {
  app = await startTestApp({ settings: { KEYFORGE_ADMIN_PASSWORD: PASSWORD } });
  guarded = await startTestApp({ settings: { METRICS_TOKEN: TOKEN } });
});
afterAll(async () => {
  await app.close();
  await guarded.close();
});

const get = (
  url: string,
  options: { headers?: Record<string, string>; remoteAddress?: string } = {},
  on = app,
) => on.adapter.getInstance<FastifyInstance>().inject({ method: 'GET', url, ...options });

/** Value of a figure, labels included in its name. */
async function figure(name: string): Promise<number> {
  const { body } = await get('/metrics');
  const line = body.split('\n').find((candidate) => candidate.startsWith(`${name} `));
  return line === undefined ? Number.NaN : Number(line.slice(name.length + 1));
}

describe('health', () => {
  it('a process that answers is alive', async () => {
    const { statusCode, headers, body } = await get('/livez');
    expect([statusCode, headers['cache-control'], JSON.parse(body)]).toEqual([
      200,
      'no-store',
      { status: 'alive' },
    ]);
  });

  it('a process that can write and has fresh read models is ready', async () => {
    await app.settle();
    const { statusCode, body } = await get('/readyz');
    expect([statusCode, JSON.parse(body)]).toEqual([
      200,
      { status: 'ready', checks: { process: 'ok', store: 'ok', read_models: 'ok', indexes: 'ok' } },
    ]);
  });

  it('is not there for a process whose folder is gone, that has not started or is stopping', async () => {
    const readiness = new Readiness('/nowhere');
    readiness.drain();
    expect(await readiness.problems()).toEqual({
      process: 'stopping',
      store: 'cannot be written',
      read_models: 'starting',
      indexes: 'starting',
    });
  });

  it.each([
    [
      'read_models',
      () => jest.spyOn(app.runtime.projections, 'status').mockRejectedValueOnce(new Error('x')),
    ],
    ['indexes', () => jest.spyOn(app.runtime, 'indexLag').mockResolvedValueOnce(1_000_000n)],
  ] as const)('tells of %s that cannot be relied on', async (part, breakIt) => {
    const broken = breakIt();
    const { statusCode, body } = await get('/readyz');
    expect([statusCode, JSON.parse(body).checks[part]]).toEqual([503, expect.stringMatching(/far|cannot/)]);
    broken.mockRestore();
  });

  it('is told of a disk that answers no commit, and not of one that takes seconds', async () => {
    const hung = jest.spyOn(app.app.get(MeasuredEventStore), 'silentMs', 'get').mockReturnValue(9_000);
    const slow = await get('/readyz');
    hung.mockReturnValue(10_001);
    const { statusCode, body } = await get('/readyz');
    const silence = await figure('keyforge_log_silent_seconds');
    hung.mockRestore();
    expect(slow.statusCode).toBe(200);
    expect([statusCode, JSON.parse(body).checks.store, silence]).toEqual([503, 'does not answer', 10.001]);
    expect((await get('/readyz')).statusCode).toBe(200);
  });

  it('is not there before there are read models, however short the log is', async () => {
    const none = jest.spyOn(app.runtime, 'hasReadModels', 'get').mockReturnValue(false);
    const { statusCode, body } = await get('/readyz');
    none.mockRestore();
    expect([statusCode, JSON.parse(body).checks.read_models]).toEqual([503, 'starting']);
  });

  it('is told within seconds while a server hangs, and so are the metrics', async () => {
    const hung = jest.spyOn(app.runtime, 'indexLag').mockReturnValue(new Promise(() => undefined));
    const [ready, metrics] = await Promise.all([get('/readyz'), get('/metrics')]);
    hung.mockRestore();
    expect([ready.statusCode, JSON.parse(ready.body).checks]).toEqual([
      503,
      { process: 'ok', store: 'ok', read_models: 'ok', indexes: 'the log cannot be reached' },
    ]);
    expect([metrics.statusCode, /^keyforge_index_lag_events (.*)$/m.exec(metrics.body)?.[1]]).toEqual([
      200,
      'Nan',
    ]);
  });
});

describe('metrics', () => {
  it('that cannot be read are no number, and take no others with them', async () => {
    const away = jest.spyOn(app.runtime, 'indexLag').mockRejectedValueOnce(new Error('away'));
    const { statusCode, body } = await get('/metrics');
    away.mockRestore();
    expect([statusCode, /^keyforge_index_lag_events (.*)$/m.exec(body)?.[1]]).toEqual([200, 'Nan']);
    expect(body).toMatch(/^keyforge_commits_in_flight \d+$/m);
    expect(await figure('keyforge_index_lag_events')).toBeGreaterThanOrEqual(0);
  });

  it('count answers by their route, never by the path that was asked', async () => {
    const admin = await new Client(app).login('admin', PASSWORD);
    await admin.get('/suppliers/470011470011');
    await get('/api/nothing/c4n4ry');
    const labels = (route: string, surface: string) =>
      `keyforge_http_request_duration_seconds_count{surface="${surface}",method="GET",route="${route}",status="404"}`;
    expect(await figure(labels('/api/suppliers/:id', 'rest-v2'))).toBe(1);
    expect(await figure(labels('unknown', 'rest-v2'))).toBe(1);
    const { body } = await get('/metrics');
    expect(body).not.toMatch(/470011470011|c4n4ry/);
  });

  it('count commands by their outcome, and commits', async () => {
    const admin = await new Client(app).login('admin', PASSWORD);
    const commits = await figure('keyforge_commits_total{outcome="stored"}');
    await admin.create('/suppliers', { name: 'S' });
    expect((await admin.post('/suppliers', { name: ' ' })).status).toBe(400);
    const outcome = (name: string) => `keyforge_commands_total{command="CreateSupplier",outcome="${name}"}`;
    expect([await figure(outcome('ok')), await figure(outcome('InvalidName'))]).toEqual([1, 1]);
    expect(await figure('keyforge_commits_total{outcome="stored"}')).toBeGreaterThan(commits);
    expect(await figure('keyforge_commit_duration_seconds_count')).toBeGreaterThan(commits);
  });

  it.each([
    'projection_lag_events',
    'projection_lag_seconds',
    'projection_delay_seconds_count',
    'index_lag_events',
    'commits_in_flight',
    'log_silent_seconds',
    'terminal_requests_in_flight',
    'password_checks',
    'process_pending{process="reservation-expiry"}',
    'process_overdue_seconds{process="recovery"}',
    'process_failing{process="recovery"}',
    'mail_failures',
    'webhooks_failing',
  ])('tell %s', async (name) => {
    await app.settle();
    expect(await figure(`keyforge_${name}`)).toBeGreaterThanOrEqual(0);
  });

  it("tell of the process, and of the event loop's lag", async () => {
    expect(await figure('process_resident_memory_bytes')).toBeGreaterThan(0);
    expect(await figure('nodejs_eventloop_lag_p99_seconds')).toBeGreaterThanOrEqual(0);
  });

  it.each([
    ['another machine', { remoteAddress: '203.0.113.9' }],
    ['whoever a proxy on this machine speaks for', { headers: { 'x-forwarded-for': '127.0.0.1' } }],
  ])('are not for %s', async (_, from) => {
    const { statusCode, body } = await get('/metrics', from);
    expect([statusCode, body]).toEqual([403, '{"error":"Forbidden"}']);
  });

  it('are for whoever shows the token, where there is one', async () => {
    const shown = (authorization?: string) =>
      get(
        '/metrics',
        { remoteAddress: '203.0.113.9', headers: authorization ? { authorization } : {} },
        guarded,
      );
    expect((await shown(`Bearer ${TOKEN}`)).statusCode).toBe(200);
    for (const wrong of [undefined, `Bearer ${TOKEN}x`, TOKEN, 'Bearer ']) {
      expect((await shown(wrong)).statusCode).toBe(403);
    }
    expect((await get('/metrics', {}, guarded)).statusCode).toBe(403);
    expect(guarded.lines.join('')).not.toContain(TOKEN);
  });
});

describe('a request id', () => {
  const idOf = async (id?: string, url = '/livez'): Promise<unknown> =>
    (await get(url, { headers: id === undefined ? {} : { 'x-request-id': id } })).headers['x-request-id'];

  it('is answered by every surface, also with a failure', async () => {
    for (const url of [
      '/livez',
      '/nowhere',
      '/api/auth/me',
      '/api/nothing',
      '/public/json/web.service.2024.php',
    ])
      expect([url, await idOf('shop-7:a.B_c', url)]).toEqual([url, 'shop-7:a.B_c']);
  });

  it.each([undefined, '', 'a b', 'x'.repeat(129), 'a\tb', 'ü', '<script>'])(
    'is made where %j came',
    async (given) => expect(await idOf(given)).toMatch(/^[0-9a-f]{12}-[0-9a-z]+$/),
  );

  it('that is a UUID ties the events of the request together', async () => {
    const id = '01900000-0000-7000-8000-0000000000aa';
    const admin = await new Client(app).login('admin', PASSWORD);
    await admin.call('POST', '/suppliers', { name: 'Tied' }, { 'x-request-id': id });
    await admin.call('POST', '/suppliers', { name: 'Loose' }, { 'x-request-id': 'not-a-uuid' });
    const events = await app.engines.events.readAll(0n);
    const metadata = events.map((event) => JSON.parse(event.metadata.toString()));
    expect(metadata.filter(({ correlationId }) => correlationId === id)).toHaveLength(1);
    expect(metadata.filter(({ correlationId }) => correlationId === 'not-a-uuid')).toEqual([]);
  });
});
