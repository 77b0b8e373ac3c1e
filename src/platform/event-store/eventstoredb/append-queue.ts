import { EventStoreError, type StreamAppend } from '../event-store.js';
import { MAX_APPENDS_IN_FLIGHT, MAX_WAITING_BATCHES, MAX_WAITING_BYTES } from './limits.js';

const bytesOf = (batch: readonly StreamAppend[]): number => {
  let bytes = 0;
  for (const { events } of batch) {
    for (const { data, metadata } of events) bytes += data.length + metadata.length;
  }
  return bytes;
};

/** Bounds what is under way: batches that are accepted at all, appends sent at once, and one of those per stream. */
export class AppendQueue {
  private batches = 0;
  private bytes = 0;
  private inFlight = 0;
  private readonly waiting: (() => void)[] = [];
  /** The last append of each stream that has one under way. */
  private readonly last = new Map<string, Promise<void>>();

  /** @throws {EventStoreError} `Unavailable`, nothing stored, when there is too much under way to accept more. */
  async accept<T>(batch: readonly StreamAppend[], work: () => Promise<T>): Promise<T> {
    const bytes = bytesOf(batch);
    if (this.batches >= MAX_WAITING_BATCHES || this.bytes + bytes > MAX_WAITING_BYTES) {
      throw new EventStoreError('Unavailable', 'too many appends wait for EventStoreDB', 'nothing');
    }
    this.batches += 1;
    this.bytes += bytes;
    try {
      return await work();
    } finally {
      this.batches -= 1;
      this.bytes -= bytes;
    }
  }

  /** Runs `send` when no other append to the stream is under way and the server is to get one more. */
  async inTurn<T>(stream: string, send: () => Promise<T>): Promise<T> {
    const before = this.last.get(stream);
    let done: () => void = () => undefined;
    const turn = new Promise<void>((resolve) => {
      done = resolve;
    });
    this.last.set(stream, turn);
    await before;
    await this.enter();
    try {
      return await send();
    } finally {
      this.leave();
      done();
      if (this.last.get(stream) === turn) this.last.delete(stream);
    }
  }

  private async enter(): Promise<void> {
    if (this.inFlight < MAX_APPENDS_IN_FLIGHT) {
      this.inFlight += 1;
      return;
    }
    await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  /** The place is handed on, so that nobody who comes later takes it. */
  private leave(): void {
    const next = this.waiting.shift();
    if (next) next();
    else this.inFlight -= 1;
  }
}
