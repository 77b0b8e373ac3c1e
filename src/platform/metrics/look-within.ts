/** Whoever watches a process gives up after some seconds, Prometheus after ten: by then it must have said what it knows. */
const LOOK_MS = 5_000;

/** What a look at something else finds. @throws where it finds nothing in time, as while a server hangs */
export function lookWithin<T>(look: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('nothing was found in time')), LOOK_MS).unref();
    look.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
