import { EventStore } from '../../../src/platform/event-store/event-store.js';
import { ReadModels } from '../../../src/platform/projections/read-models.js';
import { startTestApp, type TestApp } from '../../support/app.js';
import { Client } from './client.js';

const PASSWORD = 'correct horse battery staple';
const FAR = 'ffffffffffffffff';

let app: TestApp;
let admin: Client;

beforeAll(async () => {
  app = await startTestApp({ settings: { KEYFORGE_ADMIN_PASSWORD: PASSWORD } });
  admin = await new Client(app).login('admin', PASSWORD);
});
afterAll(() => app.close());

const list = (position: string) =>
  admin.call('GET', '/suppliers', undefined, { 'x-wait-for-position': position });

const loudLines = () => app.lines.filter((line) => ['warn', 'error'].includes(JSON.parse(line).level));

it('a read that names the position of a write sees it', async () => {
  const { headers } = await admin.post('/suppliers', { name: 'Seen' });
  const answer = await list(String(headers['x-position']));
  expect([answer.status, answer.body.data.length]).toEqual([200, 1]);
});

it('a read says so when it could not wait long enough', async () => {
  const { headers } = await admin.post('/suppliers', { name: 'Late' });
  const waiting = jest.spyOn(app.app.get(ReadModels), 'waitFor').mockResolvedValueOnce(false);
  const answer = await list(String(headers['x-position']));
  expect(waiting.mock.calls).toEqual([[expect.any(BigInt), 5_000]]);
  expect([answer.status, answer.headers['retry-after']]).toEqual([503, '5']);
  expect(answer.body.error).toContain(headers['x-position']);
  expect(loudLines()).toEqual([]);
  waiting.mockRestore();
});

it('a write says so when what it made cannot be read in time, which is no failure', async () => {
  const waiting = jest.spyOn(app.app.get(ReadModels), 'waitFor').mockResolvedValueOnce(false);
  const answer = await admin.post('/suppliers', { name: 'Made' });
  expect([answer.status, answer.headers['retry-after']]).toEqual([503, '5']);
  expect(answer.body.error).toContain('The change was made');
  expect(loudLines()).toEqual([]);
  waiting.mockRestore();
});

it('a position that the log never gave is refused at once, and not held against the server', async () => {
  const isOneProcess = app.app.get(EventStore).atomicBatches;
  const started = performance.now();
  const { status, body } = await list(FAR);
  expect(performance.now() - started).toBeLessThan(1_000);
  expect([status, body]).toEqual([
    isOneProcess ? 400 : 503,
    { success: false, error: expect.stringContaining(isOneProcess ? 'X-Wait-For-Position' : FAR) },
  ]);
  expect(loudLines()).toEqual([]);
});

it.each(['', '1', 'x'.repeat(16), `${'0'.repeat(16)} `.repeat(2), FAR.toUpperCase()])(
  '%j is no position',
  async (position) => {
    expect((await list(position)).status).toBe(400);
  },
);
