import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { ApiContract } from '../../support/api-contract.js';
import { startTestApp, type TestApp } from '../../support/app.js';
import { Client } from './client.js';

const PASSWORD = 'correct horse battery staple';
const BOUNDARY = 'a-boundary';
const CONTRACT = new ApiContract();

let app: TestApp;
let token: string;

beforeAll(async () => {
  app = await startTestApp({ settings: { KEYFORGE_ADMIN_PASSWORD: PASSWORD } });
  const { body } = await new Client(app).post('/auth/login', { login: 'admin', password: PASSWORD });
  token = body.data.accessToken;
});
afterAll(() => app.close());

interface Part {
  readonly name?: string;
  readonly filename?: string;
  readonly bytes: Buffer;
}

const form = (parts: readonly Part[]): Buffer =>
  Buffer.concat([
    ...parts.flatMap(({ name = 'file', filename = 'picture.png', bytes }) => [
      Buffer.from(
        `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"; filename="${filename}"\r\n` +
          'Content-Type: application/octet-stream\r\n\r\n',
      ),
      bytes,
      Buffer.from('\r\n'),
    ]),
    Buffer.from(`--${BOUNDARY}--\r\n`),
  ]);

interface Target {
  readonly method: 'POST' | 'PUT';
  readonly url: string;
}
const UPLOADS: Target = { method: 'POST', url: '/api/uploads' };

async function send(payload: Buffer, headers: Record<string, string> = {}, request = UPLOADS) {
  const response = await app.adapter.inject({
    ...request,
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
      ...headers,
    },
    payload,
  });
  const { statusCode: status, headers: answered, body } = response;
  const contentType = String(answered['content-type']);
  CONTRACT.check({ ...request, status, contentType, body, headers: answered });
  return { status, body: JSON.parse(body) };
}
const upload = (bytes: Buffer, part: Partial<Part> = {}) => send(form([{ bytes, ...part }]));
const show = (url: string) => app.adapter.inject({ url });

const picture = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: { r: 200, g: 30, b: 60 } } });

it.each([
  ['png', 'image/png', () => picture(640, 400).png().toBuffer()],
  ['jpg', 'image/jpeg', () => picture(640, 400).jpeg().toBuffer()],
  ['webp', 'image/webp', () => picture(640, 400).webp().toBuffer()],
])('a %s is stored with a thumbnail and shown to everybody', async (extension, contentType, make) => {
  const { status, body } = await upload(await make());
  expect(status).toBe(201);
  expect(body).toEqual({
    success: true,
    data: {
      url: expect.stringMatching(new RegExp(`^/uploads/[0-9a-f]{64}\\.${extension}$`)),
      thumbnail_url: expect.stringMatching(new RegExp(`^/uploads/[0-9a-f]{64}-thumbnail\\.${extension}$`)),
    },
  });
  for (const [url, width, height] of [
    [body.data.url, 640, 400],
    [body.data.thumbnail_url, 320, 200],
  ]) {
    const answer = await show(url);
    expect(answer.statusCode).toBe(200);
    expect(answer.headers).toMatchObject({
      'content-type': contentType,
      'cache-control': 'public, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
      'content-length': String(answer.rawPayload.length),
    });
    expect(await sharp(answer.rawPayload).metadata()).toMatchObject({ width, height });
  }
});

it('a product takes the addresses of an upload', async () => {
  const client = new Client(app, token);
  const { body } = await upload(await picture(10, 10).png().toBuffer());
  const { id: vendor_id } = await client.create('/suppliers', { name: 'S' });
  const { url: image_url, thumbnail_url } = body.data;
  const product = await client.create('/products', { name_en: 'P', vendor_id, image_url, thumbnail_url });
  expect(product).toMatchObject({ image_url, thumbnail_url });
});

it('the same picture has the same name, whatever it was called', async () => {
  const bytes = await picture(20, 20).png().toBuffer();
  const first = await upload(bytes);
  expect((await upload(bytes, { filename: '../../etc/passwd' })).body).toEqual(first.body);
  const names = readdirSync(join(app.engines.embedded!.logDirectory, '..', 'uploads'));
  expect(names.filter((name) => !/^[0-9a-f]{64}(-thumbnail)?\.(png|jpg|webp)$/.test(name))).toEqual([]);
});

it('nothing but pixels is kept: metadata goes, the orientation is applied', async () => {
  const secret = 'GPS 40.4093 N 49.8671 E';
  const bytes = await picture(30, 20)
    .withExif({ IFD0: { Copyright: secret } })
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toBuffer();
  const { body } = await upload(Buffer.concat([bytes, Buffer.from('<script>alert(1)</script>')]));
  const { rawPayload } = await show(body.data.url);
  expect(rawPayload.toString('latin1')).not.toMatch(/GPS|script/);
  const { width, height, exif, orientation } = await sharp(rawPayload).metadata();
  expect({ width, height, exif, orientation }).toEqual({
    width: 20,
    height: 30,
    exif: undefined,
    orientation: undefined,
  });
});

it('a large picture is made smaller', async () => {
  const { body } = await upload(await picture(4_096, 1_024).png().toBuffer());
  const { rawPayload } = await show(body.data.url);
  expect(await sharp(rawPayload).metadata()).toMatchObject({ width: 2_048, height: 512 });
});

describe('is refused:', () => {
  const png = () => picture(16, 16).png().toBuffer();
  /** A few kilobytes that become 42 million pixels. */
  const bomb = () => picture(7_000, 6_000).greyscale().jpeg({ quality: 1 }).toBuffer();
  it.each([
    ['text', async () => Buffer.from('hello')],
    ['nothing', async () => Buffer.alloc(0)],
    ['SVG', async () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>')],
    ['GIF', () => picture(16, 16).gif().toBuffer()],
    ['half a picture', async () => (await png()).subarray(0, 60)],
    ['a head without a picture', async () => (await png()).subarray(0, 8)],
    ['more pixels than are decoded', bomb],
  ])('%s', async (_, make) => {
    expect(await upload(await make())).toMatchObject({
      status: 400,
      body: { success: false, error: expect.stringContaining('file: must be a PNG, JPEG or WebP image') },
    });
  });

  it('more than 5 MiB', async () => {
    expect(await upload(Buffer.alloc(5 * 1024 * 1024 + 1, 0x89))).toMatchObject({
      status: 413,
      body: { success: false, error: 'file: at most one, of 5 MiB' },
    });
  });

  it('a form without a file, with another field, with two files, and what is no form', async () => {
    const bytes = await png();
    expect((await send(form([]))).status).toBe(400);
    const other = await send(form([{ name: 'image', bytes }]));
    expect(other).toMatchObject({ status: 400, body: { error: 'image: only one file is expected' } });
    expect([400, 413]).toContain((await send(form([{ bytes }, { bytes }]))).status);
    expect((await send(Buffer.from('no form at all'))).status).toBe(400);
    const complete = form([{ bytes }]);
    expect((await send(complete.subarray(0, -20))).status).toBe(400);
    for (const type of ['application/json', 'multipart/form-data', 'multipart/form-data; boundary=other'])
      expect((await send(complete, { 'content-type': type })).status).toBe(400);
  });

  it('whoever is no admin', async () => {
    expect((await send(form([{ bytes: await png() }]), { authorization: 'Bearer x' })).status).toBe(401);
  });
});

describe('a form for anything but a picture is refused', () => {
  const field = (name: string, value: string) =>
    Buffer.from(
      `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n--${BOUNDARY}--\r\n`,
    );

  // It would be taken for a request that says nothing: to replace any key, or to send it to where it went before.
  it.each([
    ['POST', '/api/orders/1/replace', field('key_id', '1001')],
    ['POST', '/api/orders/1/resend', field('email', 'right@example.com')],
    ['PUT', '/api/partners/1', field('status', '2')],
    ['POST', '/api/auth/logout', field('a', 'b')],
  ] as const)('%s %s', async (method, url, payload) => {
    expect(await send(payload, { 'idempotency-key': 'a-form' }, { method, url })).toEqual({
      status: 415,
      body: { success: false, error: 'The content type is not supported' },
    });
    expect((await new Client(app, token).get('/auth/me')).status).toBe(200);
  });

  it('of a path that there is not it is told that', async () => {
    const [missing, uploads] = ['/api/missing', '/api/uploads/'].map(
      (url) => ({ method: 'POST', url }) as const,
    );
    expect((await send(form([]), {}, missing!)).status).toBe(404);
    expect((await send(form([{ bytes: await picture(4, 4).png().toBuffer() }]), {}, uploads!)).status).toBe(
      201,
    );
  });
});

it.each([
  '/uploads/missing.png',
  `/uploads/${'0'.repeat(64)}.png`,
  '/uploads/..%2Flog%2Fdata.mdb',
  '/uploads/%2e%2e%2fetc%2fpasswd',
  `/uploads/${'0'.repeat(64)}.png%00.jpg`,
  '/uploads/',
])('nothing is shown at %s', async (url) => {
  const answer = await show(url);
  expect(answer.statusCode).toBe(404);
  expect(answer.headers['cache-control']).toBe('no-store');
});
