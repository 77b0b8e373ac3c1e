import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Worker } from 'node:worker_threads';

/** Niceness out of a thread's `stat`: the 17th field after the name, which may hold anything. */
const nicenessOf = (stat: string): number => Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16]);

/** The `stat` of a thread of its own that gives way to others as many times. */
function statOfBackgroundThread(times: number): Promise<string> {
  const code = `const { giveWayToOthers } = require(${JSON.stringify(resolve(__dirname, 'threads.ts'))});
    for (let time = 0; time < ${times}; time += 1) giveWayToOthers(10);
    const stat = require('node:fs').readFileSync('/proc/thread-self/stat', 'utf8');
    require('node:worker_threads').parentPort.postMessage(stat);`;
  const worker = new Worker(code, { eval: true, execArgv: ['-r', resolve('test/support/register.cjs')] });
  return new Promise((done, failed) => worker.once('message', done).once('error', failed));
}

it('a thread that gives way to others lowers its own priority and nobody else has to', async () => {
  const own = (): number => nicenessOf(readFileSync('/proc/self/stat', 'utf8'));
  const before = own();
  expect(nicenessOf(await statOfBackgroundThread(1))).toBe(Math.min(before + 10, 19));
  expect(nicenessOf(await statOfBackgroundThread(3))).toBe(19);
  expect(own()).toBe(before);
});
