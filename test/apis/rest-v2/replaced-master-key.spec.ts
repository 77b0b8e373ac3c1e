import { MasterKeyError } from '../../../src/platform/security/master-key.js';
import { startTestApp, type TestApp } from '../../support/app.js';
import { Client } from './client.js';

const PASSWORD = 'correct horse battery staple';

let app: TestApp;
let admin: Client;

beforeAll(async () => {
  app = await startTestApp({ settings: { KEYFORGE_ADMIN_PASSWORD: PASSWORD } });
  admin = await new Client(app).login('admin', PASSWORD);
});
afterAll(() => app.close());

it('a process whose master key was replaced says that it must be restarted, and works on without secrets', async () => {
  const asking = jest.spyOn(app.engines.keys, 'obtain').mockImplementation(() => {
    throw new MasterKeyError('Mismatch', 'a data key does not open with this master key');
  });
  const partner = { name: 'P', login: 'p', password: PASSWORD, email: 'p@paynet.example' };
  const { status, headers, body } = await admin.post('/partners', partner);
  expect([status, headers['retry-after']]).toEqual([503, '5']);
  expect(body).toEqual({ success: false, error: expect.stringContaining('until it is restarted') });
  expect((await admin.get('/partners')).status).toBe(200);
  expect(app.lines.filter((line) => JSON.parse(line).level === 'error')).toEqual([]);
  asking.mockRestore();
  expect((await admin.post('/partners', partner)).status).toBe(201);
});
