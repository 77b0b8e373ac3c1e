/** The process's source of time. Time enters the domain only inside commands. */
export abstract class Clock {
  /** Milliseconds since the Unix epoch, UTC. */
  abstract now(): number;

  /** Milliseconds from any beginning that nobody sets. */
  elapsedMs(): number {
    return performance.now();
  }
}

export class SystemClock extends Clock {
  now(): number {
    return Date.now();
  }
}

/** A prime: now and the deadlines that are made from it, full seconds later, do not take each other's place. */
const REMEMBERED = 13;
const times = Array.from({ length: REMEMBERED }, () => ({ ms: Number.NaN, text: '' }));

/** UTC ISO 8601 with milliseconds, the stored form of every time. Remembers a few: a busy process asks often. */
export function isoTime(epochMs: number): string {
  const time = times[Math.abs(Math.trunc(epochMs % REMEMBERED))];
  if (time?.ms === epochMs) return time.text;
  const text = new Date(epochMs).toISOString();
  if (time) {
    time.ms = epochMs;
    time.text = text;
  }
  return text;
}
