import { setTimeout as delay } from 'node:timers/promises';
import { ATTEMPTS, type Job, type JobState, type Jobs } from '../../src/platform/jobs/jobs.js';

export interface JobsHost {
  open(): Promise<Jobs>;
  /** Forgets what is kept. */
  wipe(): Promise<void>;
}

const QUEUE = 'letters';
/** The hosts open their jobs with it, so that all tries take less than a second. */
export const TEST_FIRST_RETRY_MS = 10;

export async function eventually(holds: () => boolean | Promise<boolean>, withinMs = 10_000): Promise<void> {
  const end = Date.now() + withinMs;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error('it did not come to hold');
    await delay(5);
  }
}

class Refusal extends Error {
  readonly code = 'MAILBOX_FULL';
}

/** What every engine of the jobs port does. */
export function jobsContract(engine: string, host: JobsHost): void {
  describe(`jobs: ${engine}`, () => {
    let jobs: Jobs;
    let handled: { id: string; attempt: number; atMs: number }[];
    beforeEach(async () => {
      await host.wipe();
      jobs = await host.open();
      handled = [];
    });
    afterEach(() => jobs.close());

    const handle = (work: (id: string, attempt: number) => Promise<void> = async () => undefined) =>
      jobs.process(QUEUE, { concurrency: 4 }, async (id, attempt) => {
        handled.push({ id, attempt, atMs: Date.now() });
        await work(id, attempt);
      });
    const failing = () =>
      handle(async () => {
        throw new Refusal('to customer@example.com with key AAAA-BBBB');
      });
    const list = (state: JobState, offset = 0, limit = 10): Promise<Job[]> =>
      jobs.list(QUEUE, state, { offset, limit });
    const ids = () => handled.map(({ id }) => id);
    const failedIs = (count: number) => eventually(async () => (await jobs.counts(QUEUE)).failed === count);

    it('a wake-up comes at its time, once, and is forgotten', async () => {
      handle();
      const dueMs = Date.now() + 200;
      await jobs.schedule(QUEUE, [
        { id: 'later', dueMs },
        { id: 'reservation|w:AZN|77', dueMs: Date.now() - 1000 },
        { id: '12345', dueMs: Date.now() },
      ]);
      await eventually(() => handled.length === 3);
      expect(ids().sort()).toEqual(['12345', 'later', 'reservation|w:AZN|77']);
      const later = handled.find(({ id }) => id === 'later')!;
      expect(later.atMs).toBeGreaterThanOrEqual(dueMs - 1);
      expect(later.atMs).toBeLessThan(dueMs + 1000);
      await eventually(async () => Object.values(await jobs.counts(QUEUE)).every((count) => count === 0));
    });

    it('many that are due come once each, while they are still being scheduled', async () => {
      handle();
      const many = Array.from({ length: 1000 }, (_, place) => `due ${place}`);
      await jobs.schedule(
        QUEUE,
        many.map((id) => ({ id, dueMs: 0 })),
      );
      await eventually(() => handled.length >= many.length);
      await delay(50);
      expect(ids().sort()).toEqual(many.sort());
    });

    it('the same id again moves the time, earlier and later', async () => {
      const nowMs = Date.now();
      await jobs.schedule(QUEUE, [
        { id: 'a', dueMs: nowMs + 60_000 },
        { id: 'b', dueMs: nowMs },
      ]);
      await jobs.schedule(QUEUE, [
        { id: 'a', dueMs: nowMs },
        { id: 'b', dueMs: nowMs + 60_000 },
      ]);
      expect((await list('delayed')).at(-1)).toMatchObject({ id: 'b', dueMs: nowMs + 60_000 });
      handle();
      await eventually(() => handled.length === 1);
      await delay(50);
      expect(ids()).toEqual(['a']);
    });

    it('what is scheduled while its handler runs follows after it', async () => {
      handle(async (id) => {
        if (handled.length > 1) return;
        await jobs.schedule(QUEUE, [{ id, dueMs: Date.now() }]);
        await delay(50);
        expect(handled.length).toBe(1);
      });
      await jobs.schedule(QUEUE, [{ id: 'a', dueMs: 0 }]);
      await eventually(() => handled.length === 2);
      await delay(50);
      expect(ids()).toEqual(['a', 'a']);
    });

    it('what was cancelled does not come', async () => {
      await jobs.schedule(QUEUE, [
        { id: 'a', dueMs: 0 },
        { id: 'b', dueMs: 0 },
      ]);
      await jobs.cancel(QUEUE, ['a', 'unknown']);
      handle();
      await eventually(() => handled.length === 1);
      await delay(50);
      expect(ids()).toEqual(['b']);
    });

    it('at most as many as allowed are handled at once', async () => {
      let now = 0;
      let most = 0;
      handle(async () => {
        now += 1;
        most = Math.max(most, now);
        await delay(20);
        now -= 1;
      });
      await jobs.schedule(
        QUEUE,
        Array.from({ length: 12 }, (_, place) => ({ id: `j${place}`, dueMs: 0 })),
      );
      await eventually(() => handled.length === 12 && now === 0);
      expect(most).toBe(4);
    });

    it('a failing one is tried again with waits, then kept with the code of its error alone', async () => {
      failing();
      await jobs.schedule(QUEUE, [{ id: 'a', dueMs: 5 }]);
      await failedIs(1);
      expect(handled.map(({ attempt }) => attempt)).toEqual(
        Array.from({ length: ATTEMPTS }, (_, n) => n + 1),
      );
      const [first, last] = [handled[0]!, handled.at(-1)!];
      expect(last.atMs - first.atMs).toBeGreaterThan(TEST_FIRST_RETRY_MS * 2 ** (ATTEMPTS - 2) * 0.5);
      const [job] = await list('failed');
      expect(job).toEqual({
        id: 'a',
        state: 'failed',
        dueMs: 5,
        attempts: ATTEMPTS,
        lastError: 'MAILBOX_FULL',
        failedAtMs: expect.any(Number),
      });
    });

    it('one that is tried again shows its last error', async () => {
      handle(async () => {
        if (handled.length < ATTEMPTS - 1) throw new Refusal('once more');
        await delay(200);
      });
      await jobs.schedule(QUEUE, [{ id: 'a', dueMs: 0 }]);
      await eventually(async () => {
        const seen = [...(await list('delayed')), ...(await list('waiting'))];
        return seen.some(({ lastError, attempts }) => lastError === 'MAILBOX_FULL' && attempts > 0);
      });
    });

    it('failed ones outlive a restart, page by page, the last failed first', async () => {
      const processing = failing();
      for (const id of ['a', 'b', 'c']) {
        await jobs.schedule(QUEUE, [{ id, dueMs: 0 }]);
        await eventually(async () => (await list('failed')).some((job) => job.id === id));
      }
      await processing.close();
      await jobs.close();
      jobs = await host.open();
      await failedIs(3);
      expect((await list('failed', 0, 2)).map(({ id }) => id)).toEqual(['c', 'b']);
      expect((await list('failed', 2, 2)).map(({ id }) => id)).toEqual(['a']);
    });

    it('a failed one is retried, all are, or it begins anew when it is scheduled', async () => {
      const processing = failing();
      await jobs.schedule(
        QUEUE,
        ['a', 'b', 'c', 'd', 'e'].map((id) => ({ id, dueMs: 0 })),
      );
      await failedIs(5);
      await processing.close();
      handled = [];
      expect(await jobs.retry(QUEUE, 'a')).toBe(true);
      expect(await jobs.retry(QUEUE, 'a')).toBe(false);
      expect(await jobs.retry(QUEUE, 'unknown')).toBe(false);
      await jobs.schedule(QUEUE, [{ id: 'b', dueMs: 0 }]);
      await jobs.cancel(QUEUE, ['c']);
      expect((await jobs.counts(QUEUE)).failed).toBe(2);
      expect(await jobs.retryAll(QUEUE)).toBe(2);
      handle();
      await eventually(() => handled.length === 4);
      expect(ids().sort()).toEqual(['a', 'b', 'd', 'e']);
      expect(handled.every(({ attempt }) => attempt === 1)).toBe(true);
      await eventually(async () => Object.values(await jobs.counts(QUEUE)).every((count) => count === 0));
    });

    it('closing waits for what is being handled and begins nothing more', async () => {
      let ended = 0;
      const processing = handle(async () => {
        await delay(100);
        ended += 1;
      });
      await jobs.schedule(
        QUEUE,
        Array.from({ length: 8 }, (_, place) => ({ id: `j${place}`, dueMs: 0 })),
      );
      await eventually(() => handled.length === 4);
      await processing.close();
      expect(ended).toBe(handled.length);
      expect(handled.length).toBeLessThan(8);
      handle();
      await eventually(() => handled.length === 8);
    });

    it('queues know nothing of each other', async () => {
      await jobs.schedule('others', [{ id: 'a', dueMs: 0 }]);
      handle();
      await delay(50);
      expect(handled).toEqual([]);
      expect((await jobs.counts('others')).waiting).toBe(1);
    });
  });
}
