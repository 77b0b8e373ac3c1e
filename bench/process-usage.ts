import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Linux counts CPU time in hundredths of a second for every process. */
const TICK_US = 10_000;
const IDLE_WINDOW_MS = 300;
const IDLE_SHARE = 0.05;
const IDLE_PATIENCE_MS = 60_000;

/** CPU time that a process has used, user and system, microseconds. */
export function cpuUs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The command's name may hold blanks; what is counted begins after its bracket.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_US;
}

/** Anonymous memory that a process holds, bytes: without mapped files, which the system takes back as it needs. */
export function rssAnonBytes(pid: number): number {
  const kilobytes = /RssAnon:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes ?? 0) * 1024;
}

/** Resolves when a process has caught up with its work, read models included; bounded. */
export async function becomesIdle(pid: number): Promise<void> {
  const giveUpAt = Date.now() + IDLE_PATIENCE_MS;
  while (Date.now() < giveUpAt) {
    const before = cpuUs(pid);
    await sleep(IDLE_WINDOW_MS);
    if (cpuUs(pid) - before < IDLE_WINDOW_MS * 1000 * IDLE_SHARE) return;
  }
}
