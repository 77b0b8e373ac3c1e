import type { FailureThrottles } from '../../src/platform/throttle/failure-throttle.js';

/** How a suite gets at one engine's throttles. */
export interface ThrottleEngine {
  /** Throttles that count together with all that were opened since {@link wipe}. */
  open(): Promise<FailureThrottles>;
  wipe(): Promise<void>;
  /** Lets time go by. */
  pass(ms: number): Promise<void>;
}

const LIMIT = { failures: 3, windowMs: 400 };

/** What every throttle must do, wherever it counts. */
export function failureThrottleContract(name: string, engine: ThrottleEngine): void {
  describe(`failure throttle: ${name}`, () => {
    let throttles: FailureThrottles;
    beforeEach(async () => {
      await engine.wipe();
      throttles = await engine.open();
    });
    afterEach(() => throttles.close());

    it('blocks a key after so many failures, and no other', async () => {
      const throttle = throttles.named('login', LIMIT);
      for (let count = 1; count < LIMIT.failures; count += 1) await throttle.fail('a');
      expect(await throttle.isBlocked('a')).toBe(false);
      await throttle.fail('a');
      expect(await throttle.isBlocked('a')).toBe(true);
      expect(await throttle.isBlocked('b')).toBe(false);
    });

    it('begins anew when the window of the first failure has ended, whatever came after it', async () => {
      const throttle = throttles.named('login', LIMIT);
      await throttle.fail('a');
      await engine.pass(LIMIT.windowMs / 2);
      for (let count = 1; count < LIMIT.failures; count += 1) await throttle.fail('a');
      expect(await throttle.isBlocked('a')).toBe(true);
      await engine.pass(LIMIT.windowMs / 2 + 50);
      expect(await throttle.isBlocked('a')).toBe(false);
      await throttle.fail('a');
      expect(await throttle.isBlocked('a')).toBe(false);
    });

    it('forgets the failures of whoever succeeds', async () => {
      const throttle = throttles.named('login', LIMIT);
      for (let count = 0; count < LIMIT.failures; count += 1) await throttle.fail('a');
      await throttle.succeed('a');
      expect(await throttle.isBlocked('a')).toBe(false);
      for (let count = 1; count < LIMIT.failures; count += 1) await throttle.fail('a');
      expect(await throttle.isBlocked('a')).toBe(false);
    });

    it('counts by name: one name in many places together, two names apart', async () => {
      for (let count = 0; count < LIMIT.failures; count += 1) await throttles.named('login', LIMIT).fail('a');
      expect(await throttles.named('login', LIMIT).isBlocked('a')).toBe(true);
      expect(await throttles.named('refresh', LIMIT).isBlocked('a')).toBe(false);
    });

    it('counts every one of many failures at once, and tells each which it is', async () => {
      const throttle = throttles.named('login', { failures: 50, windowMs: 5_000 });
      const counts = await Promise.all(Array.from({ length: 49 }, () => throttle.fail('a')));
      expect(counts.sort((a, b) => a - b)).toEqual(Array.from({ length: 49 }, (_, i) => i + 1));
      expect(await throttle.isBlocked('a')).toBe(false);
      await throttle.fail('a');
      expect(await throttle.isBlocked('a')).toBe(true);
    });
  });
}
