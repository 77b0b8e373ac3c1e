import { makeApiDocument } from '../../src/composition/api-document.js';
import type { Operation } from '../../src/platform/openapi/api-document.js';
import { Client } from '../apis/rest-v2/client.js';
import { startTestApp, type TestApp } from '../support/app.js';

const PASSWORD = 'correct horse battery staple';
const FORM = 'application/x-www-form-urlencoded';

const document = makeApiDocument();
const sorted = Object.entries(document.paths).flatMap(([path, { get }]) => {
  const { parameters = [] } = (get ?? {}) as Partial<Operation>;
  const sort = parameters.find((one) => 'name' in one && one.name === 'sort');
  return sort && 'schema' in sort && !path.includes('{')
    ? [[path, sort.schema.enum as string[]] as const]
    : [];
});

let app: TestApp;
let admin: Client;

beforeAll(async () => {
  app = await startTestApp({ settings: { KEYFORGE_ADMIN_PASSWORD: PASSWORD } });
  admin = await new Client(app).login('admin', PASSWORD);
});
afterAll(() => app.close());

it.each(sorted)(
  '%s is sorted by the fields that the document names, and by no others',
  async (path, names) => {
    const url = path.replace('/api', '');
    const { status, body } = await admin.get(`${url}?sort=nonsense`);
    const fields = names.filter((name) => !name.startsWith('-'));
    expect([status, body.error]).toEqual([400, `sort: must be one of ${fields.join(', ')}`]);
    if (path.endsWith('csv')) return;
    for (const name of names) expect((await admin.get(`${url}?sort=${name}`)).status).toBe(200);
  },
);

it('a form is taken where the document names it', async () => {
  const login = { login: 'admin', password: PASSWORD };
  expect(document.paths['/api/auth/login']?.post?.requestBody?.content).toHaveProperty([FORM]);
  const answer = await app.adapter.inject({
    method: 'POST',
    url: '/api/auth/login',
    headers: { 'content-type': FORM },
    payload: new URLSearchParams(login).toString(),
  });
  expect(answer.statusCode).toBe(200);
});
