import { BUSY_SHARE, LONGEST_PAUSE_MS, LONGEST_REST_MS, Pace, REST_PER_WORK } from './pace.js';

/** An event loop of which others use a share, and on which each piece of work takes 10 ms. */
async function busyShare(others: number, pieces = 200): Promise<{ busy: number; longestMs: number }> {
  const times = { active: 0, idle: 0 };
  let longestMs = 0;
  const pass = (ms: number): void => {
    times.active += ms * others;
    times.idle += ms * (1 - others);
  };
  const pace = new Pace({
    measure: () => ({ ...times }),
    wait: async (ms) => {
      longestMs = Math.max(longestMs, ms);
      pass(ms);
    },
  });
  for (let piece = 0; piece < pieces; piece += 1) {
    times.active += 10;
    await pace.pause();
  }
  return { busy: times.active / (times.active + times.idle), longestMs };
}

it('work without a break is held to its share of the loop, others included', async () => {
  for (const others of [0, 0.3, 0.6]) {
    expect((await busyShare(others)).busy).toBeCloseTo(BUSY_SHARE, 1);
  }
});

it('work goes on slowly when others fill the loop', async () => {
  expect((await busyShare(1)).longestMs).toBe(LONGEST_PAUSE_MS);
});

it('work that leaves the loop idle is not held up', async () => {
  const times = { active: 0, idle: 0 };
  const waits: number[] = [];
  const pace = new Pace({ measure: () => ({ ...times }), wait: async (ms) => waits.push(ms) });
  for (let piece = 0; piece < 50; piece += 1) {
    times.active += 6;
    times.idle += 4;
    await pace.pause();
  }
  expect(waits).toEqual([]);
});

it('work rests for several times as long as it took while customers buy, and no longer than that', async () => {
  const times = { active: 0, idle: 0 };
  const waits: number[] = [];
  let isSelling = true;
  const pace = new Pace({
    isSelling: () => isSelling,
    measure: () => ({ ...times }),
    wait: async (ms) => {
      waits.push(ms);
      times.idle += ms;
    },
  });
  for (const tookMs of [20, 20, 1000]) {
    times.active += tookMs / 2;
    times.idle += tookMs / 2;
    await pace.pause();
  }
  expect(waits).toEqual([20 * REST_PER_WORK, 20 * REST_PER_WORK, LONGEST_REST_MS]);
  isSelling = false;
  times.idle += 20;
  await pace.pause();
  expect(waits).toHaveLength(3);
});
