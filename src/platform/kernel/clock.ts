/** The process's source of time. Time enters the domain only inside commands. */
export abstract class Clock {
  /** Milliseconds since the Unix epoch, UTC. */
  abstract now(): number;
}

export class SystemClock extends Clock {
  now(): number {
    return Date.now();
  }
}

let lastMs = Number.NaN;
let lastText = '';

/** UTC ISO 8601 with milliseconds, the stored form of every time. Remembers the last one: a busy process asks often. */
export function isoTime(epochMs: number): string {
  if (epochMs !== lastMs) {
    lastText = new Date(epochMs).toISOString();
    lastMs = epochMs;
  }
  return lastText;
}
