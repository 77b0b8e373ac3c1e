import type { FastifyInstance } from 'fastify';
import { startTestApp, type TestApp } from '../../support/app.js';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

const get = (url: string, headers: Record<string, string> = {}) =>
  app.adapter.getInstance<FastifyInstance>().inject({ method: 'GET', url, headers });

it('the document is there for everybody, and is not sent again to who has it', async () => {
  const first = await get('/openapi.json');
  expect(first.statusCode).toBe(200);
  expect(first.headers['content-type']).toMatch(/^application\/json/);
  expect(first.json()).toMatchObject({ openapi: '3.1.0', info: { title: 'KeyForge' } });
  const again = await get('/openapi.json', { 'if-none-match': String(first.headers.etag) });
  expect([again.statusCode, again.body]).toEqual([304, '']);
});

it('the page loads everything from this server, and may load nothing else', async () => {
  const page = await get('/reference');
  expect(page.statusCode).toBe(200);
  expect(page.headers['content-security-policy']).toContain("default-src 'none'");
  expect(String(page.headers['content-security-policy'])).not.toMatch(/http|\*/);
  const loaded = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url]) => url!);
  expect(loaded.length).toBeGreaterThan(3);
  for (const url of loaded) {
    expect(url).toMatch(/^\/reference\//);
    const file = await get(url);
    expect([url, file.statusCode, file.headers['x-content-type-options']]).toEqual([url, 200, 'nosniff']);
  }
  expect((await get('/reference/reference.js')).body).toContain("url: '/openapi.json'");
});

it('no other file is served', async () => {
  for (const name of ['package.json', '..%2f..%2fpackage.json', 'constructor', 'index.html']) {
    expect((await get(`/reference/${name}`)).statusCode).toBe(404);
  }
});
