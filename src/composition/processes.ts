import type { Process } from '../platform/processes/process.js';

/** What reacts to events, on the worker. See `src/platform/processes/README.md`. */
export function listProcesses(): readonly Process[] {
  return [];
}
