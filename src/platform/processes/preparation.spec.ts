import { setImmediate as turn } from 'node:timers/promises';
import { Preparation } from './preparation.js';
import type { Process } from './process.js';

const of = (prepare?: Process['prepare']): Preparation =>
  new Preparation({ name: 'letters', prepare } as unknown as Process);

async function turns(count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) await turn();
}

it('prepares each key once, in order, also after one that fails', async () => {
  const prepared: string[] = [];
  const preparation = of(async (key) => {
    prepared.push(key);
    if (key === 'a') throw new Error('boom');
  });
  preparation.add(['a', 'b']);
  preparation.add(['c']);
  await turns(10);
  preparation.add(['d']);
  await turns(10);
  expect(prepared).toEqual(['a', 'b', 'c', 'd']);
});

it('lets other work run between keys that take long', async () => {
  let prepared = 0;
  const preparation = of(async () => {
    prepared += 1;
    const until = performance.now() + 6;
    while (performance.now() < until);
  });
  preparation.add(['a', 'b', 'c']);
  await turns(2);
  expect(prepared).toBeLessThan(3);
  await turns(10);
  expect(prepared).toBe(3);
});

it('forgets what waits when it is closed', async () => {
  const prepared: string[] = [];
  let go: () => void = () => undefined;
  const preparation = of((key) => {
    prepared.push(key);
    return new Promise<void>((resolve) => {
      go = resolve;
    });
  });
  preparation.add(['a', 'b']);
  await turns(3);
  const closed = preparation.close();
  go();
  await closed;
  await turns(3);
  expect(prepared).toEqual(['a']);
});

it('is nothing for a process that has none', async () => {
  const preparation = of();
  preparation.add(['a']);
  await preparation.close();
});
