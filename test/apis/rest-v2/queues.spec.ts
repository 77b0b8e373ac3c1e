import { ATTEMPTS } from '../../../src/platform/jobs/jobs.js';
import { startApiWorld } from '../../openapi/api-world.js';

let world: Awaited<ReturnType<typeof startApiWorld>>;
let admin: (typeof world.callers)['admin'];
let auditor: (typeof world.callers)['auditor'];
beforeAll(async () => {
  world = await startApiWorld();
  ({ admin, auditor } = world.callers);
});
afterAll(() => world.app.close());

const NOWHERE = 'topup|nowhere';

/** Puts a failed job into the embedded queue, past what would take a minute of tries. */
async function failOne(): Promise<void> {
  const { jobs } = world.app.engines;
  const kept = (jobs as unknown as { queue(name: string): { fail(job: object): Promise<void> } }).queue(
    'recovery',
  );
  const failedAtMs = Date.UTC(2026, 0, 2);
  await kept.fail({ id: NOWHERE, dueMs: failedAtMs, attempts: ATTEMPTS, lastError: 'TypeError', failedAtMs });
}

it('shows every queue with its counts', async () => {
  const { status, body } = await auditor.get('/queues');
  expect(status).toBe(200);
  const names = (body as { data: { name: string }[] }).data.map(({ name }) => name);
  expect(names).toEqual(world.app.runtime.processes.names);
});

it('shows what failed, retries one or all, and says what it does not know', async () => {
  await failOne();
  expect(await auditor.get('/queues/recovery/jobs?state=failed&page=1')).toMatchObject({
    status: 200,
    body: {
      data: [{ id: NOWHERE, state: 'failed', attempts: ATTEMPTS, last_error: 'TypeError' }],
      pagination: { page: 1, total: 1, totalPages: 1 },
    },
  });
  const one = `/queues/recovery/jobs/${encodeURIComponent(NOWHERE)}/retry`;
  expect((await auditor.post(one, {})).status).toBe(403);
  expect(await admin.post(one, {})).toMatchObject({ status: 200, body: { data: { retried: 1 } } });
  expect((await admin.post(one, {})).status).toBe(404);
  await failOne();
  expect(await admin.post('/queues/recovery/retry', {})).toMatchObject({ body: { data: { retried: 1 } } });
  expect(await admin.post('/queues/recovery/retry', {})).toMatchObject({ body: { data: { retried: 0 } } });
  expect((await auditor.get('/queues/unknown/jobs')).status).toBe(404);
  expect((await admin.post('/queues/unknown/retry', {})).status).toBe(404);
  expect((await auditor.get('/queues/recovery/jobs?state=gone')).status).toBe(400);
});
