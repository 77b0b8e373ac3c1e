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

/** UTC ISO 8601 with milliseconds, the stored form of every time. */
export const isoTime = (epochMs: number): string => new Date(epochMs).toISOString();
