import { setImmediate as turn } from 'node:timers/promises';
import type { Process } from './process.js';
import { RunPool } from './run-pool.js';

const BUSY_MS = 4;

function busy(): void {
  const until = performance.now() + BUSY_MS;
  while (performance.now() < until);
}

it('lets other work run while many runs begin that decide at once', async () => {
  let begun = 0;
  const run = async (): Promise<void> => {
    begun += 1;
    busy();
    await new Promise((resolve) => setTimeout(resolve, 200));
  };
  const pool = new RunPool({ name: 'busy', concurrency: 32, run } as unknown as Process);
  const ended = Promise.all(Array.from({ length: 32 }, (_, n) => pool.run(String(n))));
  const perTurn: number[] = [];
  while (begun < 32) {
    const before = begun;
    await turn();
    perTurn.push(begun - before);
  }
  expect(Math.max(...perTurn)).toBeLessThanOrEqual(4);
  await ended;
  await pool.idle();
});
