import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { BullMqJobs } from '../../src/platform/jobs/bullmq/bullmq-jobs.js';
import { JobsUnavailable } from '../../src/platform/jobs/jobs.js';
import { SystemClock } from '../../src/platform/kernel/clock.js';
import { hasRedisServer, RedisServerProcess } from '../support/redis/server-process.js';
import { eventually, jobsContract, TEST_FIRST_RETRY_MS } from './jobs.contract.js';

const given = process.env.REDIS_URL;
const open: BullMqJobs[] = [];
const openAt = (url: string, prefix: string): BullMqJobs => {
  const jobs = new BullMqJobs({
    url,
    prefix,
    clock: new SystemClock(),
    onError: () => undefined,
    firstRetryMs: TEST_FIRST_RETRY_MS,
    lockMs: 1000,
  });
  open.push(jobs);
  return jobs;
};
const answers = (jobs: BullMqJobs) =>
  eventually(() =>
    jobs.counts('letters').then(
      () => true,
      () => false,
    ),
  );

if (!given && !hasRedisServer()) {
  describe.skip('not tested: no redis-server and no REDIS_URL', () => {
    it('jobs: BullMQ', () => undefined);
  });
} else {
  let server: RedisServerProcess | null = null;
  let prefix = '';
  beforeAll(async () => {
    if (!given) server = await RedisServerProcess.make();
  });
  afterAll(() => server?.dispose());

  jobsContract('BullMQ', {
    async open() {
      const jobs = openAt(given ?? server!.url, prefix);
      await answers(jobs);
      return jobs;
    },
    // A given server may hold what is not ours: other keys instead of none.
    async wipe() {
      prefix = `kf-test-${randomUUID()}`;
    },
  });
}

it('ends at once while Redis is away, however often it is told to', async () => {
  const jobs = openAt('redis://127.0.0.1:1', 'kf');
  const processing = jobs.process('letters', { concurrency: 1 }, async () => undefined);
  await expect(jobs.counts('letters')).rejects.toThrow(JobsUnavailable);
  const toldAt = performance.now();
  await Promise.all([processing.close(), jobs.close(), jobs.close()]);
  expect(performance.now() - toldAt).toBeLessThan(1_500);
});

if (hasRedisServer()) {
  describe('BullMQ when its Redis fails', () => {
    let server: RedisServerProcess;
    let jobs: BullMqJobs;
    const handled = new Set<string>();
    const wakeUps = (count: number, dueMs: number) =>
      Array.from({ length: count }, (_, place) => ({ id: `j${place}`, dueMs }));
    beforeEach(() => handled.clear());
    afterEach(async () => {
      await jobs.close();
      await server.dispose();
    });
    const handle = () =>
      jobs.process('letters', { concurrency: 8 }, async (id) => {
        handled.add(id);
      });

    it('starts without it, says so in time, and works once it is there', async () => {
      server = await RedisServerProcess.make(false);
      jobs = openAt(server.url, 'kf');
      handle();
      const begunMs = Date.now();
      await expect(jobs.schedule('letters', wakeUps(1, 0))).rejects.toThrow(JobsUnavailable);
      await expect(jobs.counts('letters')).rejects.toThrow(JobsUnavailable);
      expect(Date.now() - begunMs).toBeLessThan(3000);
      await server.start();
      await answers(jobs);
      await jobs.schedule('letters', wakeUps(3, 0));
      await eventually(() => handled.size === 3);
    });

    it('a kill -9 under load loses no acknowledged wake-up', async () => {
      server = await RedisServerProcess.make();
      jobs = openAt(server.url, 'kf');
      await answers(jobs);
      handle();
      await jobs.schedule('letters', wakeUps(300, Date.now() + 100));
      await delay(120);
      await server.kill();
      await expect(jobs.counts('letters')).rejects.toThrow(JobsUnavailable);
      await server.start();
      await eventually(() => handled.size === 300, 20_000);
    });

    it('works on after everything in it was flushed', async () => {
      server = await RedisServerProcess.make();
      jobs = openAt(server.url, 'kf');
      await answers(jobs);
      handle();
      await jobs.schedule('letters', wakeUps(100, Date.now() + 60_000));
      await server.flush();
      expect((await jobs.counts('letters')).delayed).toBe(0);
      await jobs.schedule('letters', wakeUps(100, Date.now() + 20));
      await eventually(() => handled.size === 100);
    });

    it('holds nothing of what a handler says', async () => {
      server = await RedisServerProcess.make();
      jobs = openAt(server.url, 'kf');
      await answers(jobs);
      jobs.process('letters', { concurrency: 1 }, async () => {
        throw new TypeError('to customer@example.com with key AAAA-BBBB');
      });
      await jobs.schedule('letters', [{ id: 'a', dueMs: 0 }]);
      await eventually(async () => (await jobs.counts('letters')).failed === 1);
      const kept = await server.dump();
      expect(kept).toContain('TypeError');
      expect(kept).not.toMatch(/customer|AAAA/);
    });
  });
}
