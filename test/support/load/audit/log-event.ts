import type { RecordedEvent } from '../../../../src/platform/event-store/event-store.js';

/** A stored event as an auditor sees it: the stream's name taken apart, the body parsed. */
export interface LogEvent {
  readonly category: string;
  readonly id: string;
  readonly revision: number;
  readonly position: bigint;
  readonly type: string;
  readonly data: unknown;
  /** Decision time. */
  readonly atMs: number;
}

/** Takes a stored event apart; stream names are `<namespace>.<category>-<id>`. */
export function toLogEvent(stored: RecordedEvent): LogEvent {
  const dot = stored.stream.indexOf('.');
  const dash = stored.stream.indexOf('-', dot);
  const metadata = JSON.parse(stored.metadata.toString('utf8')) as { at: string };
  return {
    category: stored.stream.slice(dot + 1, dash),
    id: stored.stream.slice(dash + 1),
    revision: stored.revision,
    position: stored.position,
    type: stored.type,
    data: JSON.parse(stored.data.toString('utf8')) as unknown,
    atMs: Date.parse(metadata.at),
  };
}
