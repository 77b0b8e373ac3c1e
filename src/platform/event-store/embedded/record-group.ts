import type { StreamAppend } from '../event-store.js';

/** A group is written once it holds as much: whoever reads one event takes its whole record from the map. */
const MAX_GROUP_BYTES = 128 * 1024;
const MAX_GROUP_EVENTS = 4096;

/** What a record adds to one stream: the revision of its first event there, and the places of all of them. */
interface Addition {
  readonly firstRevision: number;
  readonly ordinals: number[];
}

/** Batches that are written as one record: each stays whole, since they share their record's fate. */
export class RecordGroup {
  readonly entries: StreamAppend[] = [];
  readonly additions = new Map<string, Addition>();
  private eventCount = 0;
  private bytes = 0;

  /** @param first position of the first event */
  constructor(readonly first: number) {}

  /** Position of the last event. */
  get last(): number {
    return this.first + this.eventCount - 1;
  }

  get isFull(): boolean {
    return this.bytes >= MAX_GROUP_BYTES || this.eventCount >= MAX_GROUP_EVENTS;
  }

  /** Whether it takes this batch; one that is empty takes every batch. */
  fits(batch: readonly StreamAppend[]): boolean {
    if (this.eventCount === 0) return true;
    let { bytes, eventCount } = this;
    for (const { events } of batch) {
      eventCount += events.length;
      for (const { data, metadata } of events) bytes += data.length + metadata.length;
    }
    return bytes <= MAX_GROUP_BYTES && eventCount <= MAX_GROUP_EVENTS;
  }

  /** Adds one entry of a batch. Answers whether it is the first one to its stream. */
  add(entry: StreamAppend): boolean {
    const { stream, expectedRevision, events } = entry;
    let addition = this.additions.get(stream);
    const isFirst = addition === undefined;
    if (!addition) {
      addition = { firstRevision: expectedRevision + 1, ordinals: [] };
      this.additions.set(stream, addition);
    }
    for (const { data, metadata } of events) {
      addition.ordinals.push(this.eventCount);
      this.eventCount += 1;
      this.bytes += data.length + metadata.length;
    }
    this.entries.push(entry);
    return isFirst;
  }
}
