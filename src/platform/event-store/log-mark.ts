import type { EventStore } from './event-store.js';

/** The last event that something made from a log reflects. It tells that log from every other one. */
export interface LogMark {
  /** Decimal. */
  readonly position: string;
  readonly event: string;
}

/** Whether the log holds the event at its place. One that was restored from a backup, or replaced, does not. */
export async function isInLog(
  events: Pick<EventStore, 'eventAt'>,
  { position, event }: LogMark,
): Promise<boolean> {
  return (await events.eventAt(BigInt(position)))?.id === event;
}
