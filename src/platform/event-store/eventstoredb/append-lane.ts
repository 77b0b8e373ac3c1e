import { randomUUID } from 'node:crypto';
import type { BatchAppendResp } from '@eventstore/db-client/generated/streams_pb.js';
import type { StreamAppend } from '../event-store.js';
import type { Connection } from './connection.js';
import type { Timeouts } from './limits.js';
import { type AppendReply, appendRequest, replyOf } from './protocol.js';
import { failureOf, TransportFailure } from './transport-failure.js';

type Call = Awaited<ReturnType<Connection['appendCall']>>;

interface Waiting {
  resolve(reply: AppendReply): void;
  reject(error: unknown): void;
}

/** One gRPC stream of appends with its own table of answers: when it breaks, those and no others are in doubt. */
class Lane {
  private readonly waiting = new Map<string, Waiting>();
  private call: Call | null = null;
  private broken: unknown = null;

  constructor(
    private readonly attemptMs: number,
    private readonly onBroken: () => void,
  ) {}

  attach(call: Call): void {
    this.call = call;
    call.on('data', (response: BatchAppendResp) => this.answered(response));
    call.on('error', (error: Error) => this.break(error));
    call.on('end', () => this.break(new TransportFailure('EventStoreDB ended the stream of appends', true)));
  }

  send(entry: StreamAppend): Promise<AppendReply> {
    const correlationId = randomUUID();
    return new Promise((resolve, reject) => {
      if (this.broken !== null || this.call === null) {
        reject(new TransportFailure('the stream of appends to EventStoreDB is broken', false));
        return;
      }
      // A server that does not answer one append answers none: all that wait on it are in doubt.
      const timer = setTimeout(
        () => this.break(new TransportFailure('EventStoreDB does not answer an append', true)),
        this.attemptMs,
      );
      const settled =
        <T>(settle: (value: T) => void) =>
        (value: T): void => {
          clearTimeout(timer);
          settle(value);
        };
      this.waiting.set(correlationId, { resolve: settled(resolve), reject: settled(reject) });
      this.call.write(appendRequest(correlationId, entry));
    });
  }

  break(error: unknown): void {
    if (this.broken !== null) return;
    this.broken = error;
    this.onBroken();
    const failure = failureOf(error, true);
    for (const { reject } of this.waiting.values()) reject(failure);
    this.waiting.clear();
    this.call?.cancel();
    // A call that the server ended still counts as open on this side.
    this.call?.destroy();
  }

  private answered(response: BatchAppendResp): void {
    const { correlationId, reply } = replyOf(response);
    const waiting = this.waiting.get(correlationId);
    this.waiting.delete(correlationId);
    waiting?.resolve(reply);
  }
}

/** Sends appends over one lane, and opens another when it is broken. */
export class AppendLanes {
  private current: Promise<Lane> | null = null;

  constructor(
    private readonly connection: Connection,
    private readonly timeouts: Timeouts,
  ) {}

  /** @throws {TransportFailure} saying whether it may have been stored; {EventStoreError} */
  async append(entry: StreamAppend): Promise<AppendReply> {
    this.current ??= this.open();
    const opening = this.current;
    const lane = await opening.catch((error: unknown) => {
      if (this.current === opening) this.current = null;
      throw error;
    });
    return lane.send(entry);
  }

  /** A server that is away is found out before anything is sent to it: then certainly nothing was stored. */
  private async open(): Promise<Lane> {
    await this.connection.version();
    const lane = new Lane(this.timeouts.appendAttemptMs, () => {
      this.current = null;
    });
    try {
      await this.connection.appendCall((call) => lane.attach(call));
    } catch (error) {
      throw failureOf(error, false);
    }
    return lane;
  }
}
