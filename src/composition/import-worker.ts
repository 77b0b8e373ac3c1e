import { existsSync } from 'node:fs';

const WORKER = './contexts/inventory/import/key-file.worker.js';

/** The compiled reader of import files. Undefined when the product runs from its sources: then files are read in the main thread. */
export function importWorkerAt(entry: string): URL | undefined {
  const worker = new URL(WORKER, entry);
  return existsSync(worker) ? worker : undefined;
}
