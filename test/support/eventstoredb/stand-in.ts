import serverFeaturesGrpc from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import streamsGrpc from '@eventstore/db-client/generated/streams_grpc_pb.js';
import type {
  BatchAppendReq,
  BatchAppendResp,
  ReadReq,
  ReadResp,
} from '@eventstore/db-client/generated/streams_pb.js';
import {
  Metadata,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
  status,
} from '@grpc/grpc-js';
import { type ProposedEvent, StandInLog, type StoredEvent } from './stand-in-log.js';
import {
  appendAnswer,
  caughtUp,
  checkpoint,
  confirmation,
  deniedAnswer,
  eventAnswer,
  notFoundAnswer,
  notReadyAnswer,
  parseAppend,
  parseRead,
  type ReadMessage,
  supportedMethods,
  timeoutAnswer,
} from './stand-in-messages.js';

type AppendCall = ServerDuplexStream<BatchAppendReq, BatchAppendResp>;
type ReadCall = ServerWritableStream<ReadReq, ReadResp>;

/** Live events that the server keeps for a subscriber before it drops him. */
const MAX_LIVE_EVENTS = 32;
/** Events that are sent and not taken by a reader before he counts as blocked, and for how long until he is slow. */
const MAX_UNTAKEN = 256;
const SLOW_AFTER_MS = 100;
/** Foreign events after which a filtered subscription is told how far it is. */
const CHECKPOINT_EVERY = 32;

/** What goes wrong with an append: the answer is kept back, or says something else than what was done. */
export type AppendFault = 'none' | 'silent' | 'lost' | 'not ready' | 'timed out' | 'cut off' | 'denied';

export interface StandInOptions {
  readonly port?: number;
  /** Where the log survives the end of its process. */
  readonly file?: string;
  readonly version?: string;
  readonly methods?: readonly string[];
  /** How long an append takes to reach the disk; default: no time. */
  readonly diskMs?: number;
}

/**
 * Behaves as a node of EventStoreDB 23.10 does towards its Node client, as far as the event store uses it: it serves
 * the client's own service definitions, with the faults that were seen on a real node. See `AppendFault`, `hang`, `stop`.
 */
export class EventStoreDbStandIn {
  /** Asked for every append that arrives. */
  faultOf: (stream: string) => AppendFault = () => 'none';
  /** Every read ends with this status code of gRPC; null: with what was asked for. */
  readStatus: number | null = null;
  /** How far its clock is ahead of this machine's. */
  clockAheadMs = 0;
  /** While true, nothing is answered at all. */
  hung = false;
  /** Appends as they arrived, those that were refused or lost included. */
  readonly received: { stream: string; expectedRevision: number; ids: string[] }[] = [];
  subscriptions = 0;
  drops = 0;
  readonly log: StandInLog;
  private server: Server | null = null;
  private port: number;
  private readonly live = new Set<LiveSubscriber>();

  private constructor(private readonly options: StandInOptions) {
    this.log = new StandInLog(options.file);
    this.port = options.port ?? 0;
  }

  static async start(options: StandInOptions = {}): Promise<EventStoreDbStandIn> {
    const standIn = new EventStoreDbStandIn(options);
    await standIn.listen();
    return standIn;
  }

  get url(): string {
    return `esdb://127.0.0.1:${this.port}?tls=false`;
  }

  /** Cuts all connections and listens no more. What was stored stays. */
  stop(): void {
    this.server?.forceShutdown();
    this.server = null;
    this.live.clear();
  }

  async listen(): Promise<void> {
    const server = new Server();
    server.addService(streamsGrpc.StreamsService, {
      batchAppend: (call: AppendCall) => this.batchAppend(call),
      read: (call: ReadCall) => this.read(call),
    });
    server.addService(serverFeaturesGrpc.ServerFeaturesService, {
      getSupportedMethods: (
        call: ServerUnaryCall<unknown, unknown>,
        answer: sendUnaryData<ReturnType<typeof supportedMethods>>,
      ) => this.features(call, answer),
    });
    this.port = await new Promise<number>((resolve, reject) => {
      const bound = (error: Error | null, port: number): void => (error ? reject(error) : resolve(port));
      server.bindAsync(`127.0.0.1:${this.port}`, ServerCredentials.createInsecure(), bound);
    });
    this.server = server;
  }

  /** Ends every subscription as the server does when it restarts a part of itself. */
  dropSubscriptions(): void {
    for (const subscriber of this.live) subscriber.drop();
  }

  /** What another system on the same server does. */
  appendForeign(stream: string, events: readonly ProposedEvent[]): void {
    this.log.append(stream, this.log.stream(stream).length - 1, events);
    this.publish();
  }

  private features(
    call: Pick<ServerUnaryCall<unknown, unknown>, 'sendMetadata'>,
    answer: sendUnaryData<ReturnType<typeof supportedMethods>>,
  ): void {
    const { version = '23.10.1', methods = ['batchappend', 'read', 'append'] } = this.options;
    if (this.hung) return;
    // As the server's HTTP layer does, in whole seconds.
    const head = new Metadata();
    head.set('date', new Date(Date.now() + this.clockAheadMs).toUTCString());
    call.sendMetadata(head);
    answer(null, supportedMethods(version, methods));
  }

  private batchAppend(call: AppendCall): void {
    call.on('error', () => undefined);
    call.on('data', (request: BatchAppendReq) => {
      const { correlationId, stream, expectedRevision, events } = parseAppend(request);
      this.received.push({ stream, expectedRevision, ids: events.map(({ id }) => id) });
      if (this.hung) return;
      const fault = this.faultOf(stream);
      if (fault === 'not ready') return void call.write(notReadyAnswer(correlationId));
      if (fault === 'denied') return void call.write(deniedAnswer(correlationId));
      if (fault === 'silent') return;
      const written = this.log.append(stream, expectedRevision, events);
      if (fault === 'none') this.afterDisk(() => call.write(appendAnswer(correlationId, written)));
      else if (fault === 'timed out') call.write(timeoutAnswer(correlationId));
      else if (fault === 'cut off') call.emit('error', { code: status.UNAVAILABLE, details: 'cut off' });
      this.publish();
    });
    call.on('end', () => call.end());
  }

  private afterDisk(answer: () => void): void {
    const { diskMs } = this.options;
    if (diskMs === undefined) answer();
    else setTimeout(answer, diskMs);
  }

  private read(call: ReadCall): void {
    call.on('error', () => undefined);
    if (this.hung) return;
    if (this.readStatus !== null) {
      call.emit('error', { code: this.readStatus, details: 'refused' });
      return;
    }
    const message = parseRead(call.request);
    if (message.limit === null) {
      this.subscriptions += 1;
      const subscriber = new LiveSubscriber(call, message, this.log, () => {
        this.drops += 1;
      });
      this.live.add(subscriber);
      call.on('cancelled', () => this.live.delete(subscriber));
      subscriber.run();
      return;
    }
    const { stream, from } = message;
    if (stream === null && typeof from === 'bigint' && !isPosition(this.log, from)) {
      call.emit('error', { code: status.INVALID_ARGUMENT, details: 'Invalid position' });
      return;
    }
    if (stream !== null && this.log.stream(stream).length === 0) call.write(notFoundAnswer());
    for (const event of found(this.log, message)) call.write(eventAnswer(event));
    call.end();
  }

  private publish(): void {
    for (const subscriber of this.live) subscriber.news();
  }
}

/** The server refuses to read from anywhere but an event. */
function isPosition({ events }: StandInLog, from: bigint): boolean {
  const found = events[firstFrom(events, ({ position }) => position, from)];
  return found?.position === from;
}

const matches = ({ prefixes }: ReadMessage, { stream }: StoredEvent): boolean =>
  prefixes.length === 0 || prefixes.some((prefix) => stream.startsWith(prefix));

function found(log: StandInLog, message: ReadMessage): StoredEvent[] {
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
class LiveSubscriber {
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
