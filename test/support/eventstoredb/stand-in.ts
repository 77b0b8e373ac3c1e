import serverFeaturesGrpc from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import streamsGrpc from '@eventstore/db-client/generated/streams_grpc_pb.js';
import type { BatchAppendReq, BatchAppendResp } from '@eventstore/db-client/generated/streams_pb.js';
import {
  Metadata,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerUnaryCall,
  type sendUnaryData,
  status,
} from '@grpc/grpc-js';
import { addGossip, type EndPoint, type Member, notLeader } from './stand-in-cluster.js';
import { type ProposedEvent, StandInLog } from './stand-in-log.js';
import {
  appendAnswer,
  bewilderedAnswer,
  deniedAnswer,
  eventAnswer,
  notFoundAnswer,
  notReadyAnswer,
  parseAppend,
  parseRead,
  type ReadMessage,
  supportedMethods,
  timeoutAnswer,
  tooLargeAnswer,
} from './stand-in-messages.js';
import { found, isPosition, LiveSubscriber, type ReadCall } from './stand-in-reads.js';

type AppendCall = ServerDuplexStream<BatchAppendReq, BatchAppendResp>;

/** What goes wrong with an append: the answer is kept back, or says something else than what was done. */
export type AppendFault =
  | keyof typeof ANSWERS
  | 'none'
  | 'silent'
  | 'lost'
  | 'bewildered'
  | 'timed out'
  | 'cut off';
/** Answered instead of storing anything. */
const ANSWERS = { 'not ready': notReadyAnswer, denied: deniedAnswer, 'too large': tooLargeAnswer } as const;

export interface StandInOptions {
  readonly port?: number;
  /** Where the log survives the end of its process. */
  readonly file?: string;
  readonly version?: string;
  readonly methods?: readonly string[];
  /** How long an append takes to reach the disk; default: no time. */
  readonly diskMs?: number;
  /** `user:password` of the only one who may append and read; default: everybody may. */
  readonly user?: string;
  /** Certificate and key of a server that speaks TLS alone. */
  readonly tls?: { readonly certificate: Buffer; readonly key: Buffer };
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
  /** What it says of a position at which no event begins: versions before 23 say `Error`. */
  noPosition: 'InvalidPosition' | 'Error' = 'InvalidPosition';
  /** Set on a follower: who wants the leader is told where it is. */
  leader: EndPoint | null = null;
  /** Set on a leader: nodes that have the same log. */
  followers: readonly EventStoreDbStandIn[] = [];
  /** The nodes of its cluster, as it gossips of them. */
  cluster: readonly Member[] = [];
  /** How far its clock is ahead of this machine's. */
  clockAheadMs = 0;
  /** How long it searches all streams for those that a filter leaves. */
  searchMs = 0;
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

  private constructor(
    private readonly options: StandInOptions,
    log?: StandInLog,
  ) {
    this.log = log ?? new StandInLog(options.file);
    this.port = options.port ?? 0;
  }

  /** @param log of another node, where it is one of a cluster */
  static async start(options: StandInOptions = {}, log?: StandInLog): Promise<EventStoreDbStandIn> {
    const standIn = new EventStoreDbStandIn(options, log);
    await standIn.listen();
    return standIn;
  }

  get url(): string {
    return `esdb://127.0.0.1:${this.port}?tls=false`;
  }

  get endPoint(): EndPoint {
    return { address: '127.0.0.1', port: this.port };
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
    addGossip(server, () => this.cluster);
    const { tls } = this.options;
    const credentials = tls
      ? ServerCredentials.createSsl(null, [{ cert_chain: tls.certificate, private_key: tls.key }])
      : ServerCredentials.createInsecure();
    this.port = await new Promise<number>((resolve, reject) => {
      const bound = (error: Error | null, port: number): void => (error ? reject(error) : resolve(port));
      server.bindAsync(`127.0.0.1:${this.port}`, credentials, bound);
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
      if (this.hung || this.refuses(call)) return;
      const fault = this.faultOf(stream);
      if (fault in ANSWERS) return void call.write(ANSWERS[fault as keyof typeof ANSWERS](correlationId));
      if (fault === 'silent') return;
      const written = this.log.append(stream, expectedRevision, events);
      if (fault === 'none') this.afterDisk(() => call.write(appendAnswer(correlationId, written)));
      else if (fault === 'timed out') call.write(timeoutAnswer(correlationId));
      else if (fault === 'bewildered') call.write(bewilderedAnswer(correlationId));
      else if (fault === 'cut off') call.emit('error', { code: status.UNAVAILABLE, details: 'cut off' });
      this.publish();
    });
    call.on('end', () => call.end());
  }

  /** Ends a call of somebody unknown, or of who wants the leader and is not there. */
  private refuses(call: Pick<AppendCall, 'metadata' | 'emit'>): boolean {
    const { user } = this.options;
    const wanted = user === undefined ? undefined : `Basic ${Buffer.from(user).toString('base64')}`;
    const isStranger = wanted !== undefined && call.metadata.get('authorization')[0] !== wanted;
    if (isStranger) call.emit('error', { code: status.UNAUTHENTICATED, details: 'Unauthenticated' });
    else if (this.leader) call.emit('error', notLeader(this.leader));
    return isStranger || this.leader !== null;
  }

  private afterDisk(answer: () => void): void {
    const { diskMs } = this.options;
    if (diskMs === undefined) answer();
    else setTimeout(answer, diskMs);
  }

  private read(call: ReadCall): void {
    call.on('error', () => undefined);
    if (this.hung) return;
    if (this.refuses(call)) return;
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
      call.emit('error', {
        code: status.UNKNOWN,
        details: `Unexpected FilteredReadAllResult: ${this.noPosition}`,
      });
      return;
    }
    if (stream === null && this.searchMs > 0) setTimeout(() => this.answer(call, message), this.searchMs);
    else this.answer(call, message);
  }

  private answer(call: ReadCall, message: ReadMessage): void {
    const { stream } = message;
    if (stream !== null && this.log.stream(stream).length === 0) call.write(notFoundAnswer());
    for (const event of found(this.log, message)) call.write(eventAnswer(event));
    call.end();
  }

  /** A follower's subscribers are told as well. */
  private publish(): void {
    for (const node of [this, ...this.followers]) for (const subscriber of node.live) subscriber.news();
  }
}
