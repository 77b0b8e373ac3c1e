import { existsSync } from 'node:fs';

const IMPORT = './contexts/inventory/import/key-file.worker.js';
const VERIFY = './composition/operations/verify.process.js';
const LOOK = './composition/doctor/look.process.js';
const PROJECTIONS = './composition/projection-worker.js';

/** The compiled entry of a thread, or of a process. Undefined when the product runs from its sources: the main thread does its work then. */
function compiled(worker: string, entry: string): URL | undefined {
  const url = new URL(worker, entry);
  return existsSync(url) ? url : undefined;
}

/** The reader of import files. @param entry the URL of the process's entry */
export const importWorkerAt = (entry: string): URL | undefined => compiled(IMPORT, entry);

/** The one who folds read models. @param entry the URL of the process's entry */
export const projectionWorkerAt = (entry: string): URL | undefined => compiled(PROJECTIONS, entry);

/** The one who looks at a log that may be damaged. @param entry the URL of the process's entry */
export const verifyProcessAt = (entry: string): URL | undefined => compiled(VERIFY, entry);

/** The one who looks at stored data for the doctor. @param entry the URL of the process's entry */
export const lookProcessAt = (entry: string): URL | undefined => compiled(LOOK, entry);
