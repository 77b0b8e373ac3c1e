import { FIRST_BACKOFF_MS, MAX_BACKOFF_MS } from './limits.js';

/** A random moment that grows with the failures in a row: clients that lost a server together do not return together. */
export function backoffMs(failures: number): number {
  const longest = Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** Math.min(failures - 1, 16));
  return longest * (0.5 + Math.random() / 2);
}

/** Waits, unless the signal ends it. */
export function pause(ms: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (stop.aborted) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      stop.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    stop.addEventListener('abort', done);
  });
}
