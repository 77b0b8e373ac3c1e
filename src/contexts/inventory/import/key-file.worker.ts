import { parentPort, workerData } from 'node:worker_threads';
import { giveWayToOthers } from '../../../platform/threads/threads.js';
import { KeyFile } from './key-file.js';
import type { WorkerAnswer, WorkerOptions, WorkerRequest } from './worker-protocol.js';

// Entry of the thread that reads, hashes and seals the keys of an import, so that sales are not held up by
// it.
const file = new KeyFile(workerData as WorkerOptions);
const port = parentPort!;
giveWayToOthers(10);

port.on('message', async ({ number, method, args }: WorkerRequest) => {
  const call = file[method] as (...args: unknown[]) => Promise<unknown>;
  let answer: WorkerAnswer;
  try {
    answer = { number, result: await call.apply(file, [...args]) };
  } catch (error) {
    answer = { number, error: error instanceof Error ? error.message : 'failed' };
  }
  port.postMessage(answer);
});
