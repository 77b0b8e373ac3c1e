import type { ReadReq, ReadResp } from '@eventstore/db-client/generated/streams_pb.js';
import { type ServerWritableStream, status } from '@grpc/grpc-js';
import type { StandInLog, StoredEvent } from './stand-in-log.js';
import { caughtUp, checkpoint, confirmation, eventAnswer, type ReadMessage } from './stand-in-messages.js';

export type ReadCall = ServerWritableStream<ReadReq, ReadResp>;

/** Live events that the server keeps for a subscriber before it drops him. */
const MAX_LIVE_EVENTS = 32;
/** Events that are sent and not taken by a reader before he counts as blocked, and for how long until he is slow. */
const MAX_UNTAKEN = 256;
const SLOW_AFTER_MS = 100;
/** Foreign events after which a filtered subscription is told how far it is. */
const CHECKPOINT_EVERY = 32;

/** The server refuses to read from anywhere but an event: what stands there is no record. */
export function isPosition({ events }: StandInLog, from: bigint): boolean {
  const found = events[firstFrom(events, ({ position }) => position, from)];
  return found?.position === from;
}

const matches = ({ prefixes }: ReadMessage, { stream }: StoredEvent): boolean =>
  prefixes.length === 0 || prefixes.some((prefix) => stream.startsWith(prefix));

export function found(log: StandInLog, message: ReadMessage): StoredEvent[] {
  const { stream, from, backwards, limit } = message;
  const place = (event: StoredEvent): bigint => (stream === null ? event.position : BigInt(event.revision));
  const all = stream === null ? log.events : log.stream(stream);
  const most = limit ?? Number.POSITIVE_INFINITY;
  const events: StoredEvent[] = [];
  const take = (event: StoredEvent): void => {
    if (matches(message, event)) events.push(event);
  };
  const first = typeof from === 'bigint' ? firstFrom(all, place, from) : 0;
  if (!backwards) {
    for (let next = first; next < all.length && events.length < most; next += 1) take(all[next]!);
    return events;
  }
  const isAt = typeof from === 'bigint' && all[first] !== undefined && place(all[first]) === from;
  let next = typeof from === 'bigint' ? (isAt ? first : first - 1) : all.length - 1;
  for (; next >= 0 && events.length < most; next -= 1) take(all[next]!);
  return events;
}

/** Where the first event at or behind a place is. */
function firstFrom(
  events: readonly StoredEvent[],
  place: (event: StoredEvent) => bigint,
  from: bigint,
): number {
  let low = 0;
  let high = events.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (place(events[middle]!) < from) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A subscription: it waits for its reader while it catches up; once it is live, a reader who takes nothing is dropped. */
export class LiveSubscriber {
  private next: number;
  private ended = false;
  private isLive = false;
  private foreign = 0;
  /** Since when the reader has taken nothing of what was sent; null while he takes it. */
  private blockedSince: number | null = null;

  constructor(
    private readonly call: ReadCall,
    private readonly message: ReadMessage,
    private readonly log: StandInLog,
    private readonly onDrop: () => void,
  ) {
    const { from } = message;
    const first = typeof from === 'bigint' ? firstFrom(log.events, ({ position }) => position, from + 1n) : 0;
    this.next = from === 'end' ? log.events.length : first;
    call.on('cancelled', () => {
      this.ended = true;
    });
    call.on('drain', () => {
      this.blockedSince = null;
      this.send();
    });
  }

  run(): void {
    this.call.write(confirmation());
    this.send();
  }

  /** Something was stored. */
  news(): void {
    const { blockedSince, log, next } = this;
    const isSlow = blockedSince !== null && performance.now() - blockedSince > SLOW_AFTER_MS;
    if (this.isLive && isSlow && log.events.length - next > MAX_LIVE_EVENTS) this.drop();
    else this.send();
  }

  drop(): void {
    if (this.ended) return;
    this.ended = true;
    this.onDrop();
    this.call.emit('error', {
      code: status.ABORTED,
      details: 'Consumer too slow to handle event while live. Client resubscription required.',
    });
  }

  private send(): void {
    while (!this.ended && this.blockedSince === null && this.next < this.log.events.length) {
      const event = this.log.events[this.next]!;
      this.next += 1;
      if (matches(this.message, event)) this.call.write(eventAnswer(event));
      else this.skip(event);
      if (this.call.writableLength > MAX_UNTAKEN) this.blockedSince = performance.now();
    }
    if (this.isLive || this.ended || this.blockedSince !== null) return;
    this.isLive = true;
    this.call.write(caughtUp());
  }

  private skip({ position }: StoredEvent): void {
    this.foreign += 1;
    if (this.foreign % CHECKPOINT_EVERY === 0) this.call.write(checkpoint(position));
  }
}
