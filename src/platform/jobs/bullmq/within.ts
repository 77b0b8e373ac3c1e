/** Waits for all of them, but not longer: what hangs is left alone. */
export async function within(ms: number, all: readonly Promise<unknown>[]): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([Promise.allSettled(all), late]);
  clearTimeout(timer);
}
