import { setTimeout as delay } from 'node:timers/promises';
import { EventStoreDBClient } from '@eventstore/db-client';
import type { ServerFeaturesClient } from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import serverFeatures from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import type { SupportedMethods } from '@eventstore/db-client/generated/serverfeatures_pb.js';
import sharedPb from '@eventstore/db-client/generated/shared_pb.js';
import type { StreamsClient } from '@eventstore/db-client/generated/streams_grpc_pb.js';
import streams from '@eventstore/db-client/generated/streams_grpc_pb.js';
import type { ReadReq, ReadResp } from '@eventstore/db-client/generated/streams_pb.js';
import { type ClockOffset, clockOffset } from '../../kernel/clock-offset.js';
import { EventStoreError } from '../event-store.js';
import { forClient, unreadable } from './connection-string.js';
import { CLOSE_MS, type Timeouts } from './limits.js';
import { failureOf, TransportFailure } from './transport-failure.js';

type AppendCall = ReturnType<StreamsClient['batchAppend']>;
type ReadCall = ReturnType<StreamsClient['read']>;
type Head = NonNullable<Parameters<StreamsClient['batchAppend']>[0]>;
type CallArguments = Parameters<StreamsClient['batchAppend']>;

/**
 * The connection inside the client, which it protects for its own commands: it finds the leader, connects anew, and
 * adds the credentials. Its public commands are not used. They parse metadata, so that its bytes are lost; they read
 * all streams without a filter; and appends of the whole process share one table of answers, which a stream that
 * breaks empties for all others.
 */
interface ClientConnection {
  GRPCStreamCreator<Client, Stream>(
    type: new (...parameters: never[]) => Client,
    name: string,
    create: (client: Client) => Stream,
  ): () => Promise<Stream>;
  execute<Client, Result>(
    type: new (...parameters: never[]) => Client,
    name: string,
    action: (client: Client) => Promise<Result>,
  ): Promise<Result>;
  callArguments(
    options: { readonly requiresLeader: boolean },
    callOptions: { readonly deadline: number },
  ): [NonNullable<CallArguments[0]>, NonNullable<CallArguments[1]>];
  getChannel(): Promise<{ close(): void }>;
  dispose(): Promise<void>;
}

const endless = { deadline: Number.POSITIVE_INFINITY };

/** Calls to one server or cluster. Every call goes to the leader: a follower's reads may be behind. */
export class Connection {
  private readonly client: ClientConnection;

  /** @param url as `esdb://user:password@host:2113?tls=true`. @throws {EventStoreError} `Failed` if it is none. */
  constructor(
    url: string,
    private readonly timeouts: Timeouts,
  ) {
    const understood = forClient(url);
    try {
      this.client = EventStoreDBClient.connectionString(understood) as unknown as ClientConnection;
    } catch (error) {
      // The client's own text may show the URL, and with it the password; that about a file's name does not.
      const { message } = error as Error;
      if (/^(Failed to load|userCertFile)/.test(message)) {
        throw new EventStoreError('Failed', `EVENTSTORE_URL: ${message}`, 'nothing');
      }
      throw unreadable();
    }
  }

  /** The server's version. @throws {TransportFailure} if it does not answer, {EventStoreError} if it is too old. */
  async version(): Promise<string> {
    const methods = await this.supportedMethods();
    const names = methods.getMethodsList().map((method) => method.getMethodName().toLowerCase());
    if (!names.includes('batchappend')) {
      const message = `EventStoreDB ${methods.getEventStoreServerVersion()} is too old: 21.10 or newer is needed`;
      throw new EventStoreError('Failed', message, 'nothing');
    }
    return methods.getEventStoreServerVersion();
  }

  /** A stream of appends and of their answers. `on` is called before anything can happen to it. */
  async appendCall(on: (call: AppendCall) => void): Promise<AppendCall> {
    const open = this.client.GRPCStreamCreator<StreamsClient, AppendCall>(
      streams.StreamsClient,
      'append',
      (client) => {
        const call = client.batchAppend(...this.client.callArguments({ requiresLeader: true }, endless));
        on(call);
        return call;
      },
    );
    return open();
  }

  /**
   * What the server answers to a read, to its end.
   * @param stop ends a subscription. Its connection is watched by the keep-alive; a read without it fails by silence.
   * @param silenceMs default: that of a read which finds at once what there is.
   * @throws {TransportFailure} (never in doubt), {EventStoreError}
   */
  async *read(
    request: ReadReq,
    stop?: AbortSignal,
    silenceMs = this.timeouts.readSilenceMs,
  ): AsyncGenerator<ReadResp> {
    let failure: Error | null = null;
    const open = this.client.GRPCStreamCreator<StreamsClient, ReadCall>(
      streams.StreamsClient,
      'read',
      (client) => {
        const created = client.read(request, ...this.client.callArguments({ requiresLeader: true }, endless));
        // The call ends after an error as it does after its last answer: one that comes early must not be missed.
        created.on('error', (error) => {
          failure = error;
        });
        return created;
      },
    );
    const call = await open().catch((error: unknown) => {
      throw failureOf(error, false);
    });
    let silent = false;
    const giveUp = (): void => {
      silent = true;
      call.cancel();
    };
    const timer = stop ? null : setTimeout(giveUp, silenceMs);
    const cancel = (): void => call.cancel();
    stop?.addEventListener('abort', cancel);
    try {
      if (stop?.aborted) return;
      for await (const response of call as AsyncIterable<ReadResp>) {
        timer?.refresh();
        yield response;
      }
      if (failure !== null) throw failure;
    } catch (error) {
      if (stop?.aborted) return;
      if (silent) throw new TransportFailure('EventStoreDB does not answer a read', false);
      throw failureOf(error, false);
    } finally {
      if (timer) clearTimeout(timer);
      stop?.removeEventListener('abort', cancel);
      call.cancel();
    }
  }

  /** Ends every call and the connection. */
  async close(): Promise<void> {
    const closing = async (): Promise<void> => {
      await this.client.dispose();
      (await this.client.getChannel()).close();
    };
    // The client waits for calls to say that they ended, and for a cluster to be found, which may never be.
    await Promise.race([closing(), delay(CLOSE_MS, undefined, { ref: false })]).catch(() => undefined);
  }

  /** By the date in the head of an answer, which is cut off to seconds. Null if there is none. */
  async clockOffset(): Promise<ClockOffset | null> {
    const askedAtMs = Date.now();
    let date: string | undefined;
    await this.supportedMethods((metadata) => {
      date = metadata.get('date')[0]?.toString();
    });
    const atMs = date === undefined ? Number.NaN : Date.parse(date);
    return Number.isNaN(atMs) ? null : clockOffset({ atMs, precisionMs: 1_000 }, askedAtMs, Date.now());
  }

  private async supportedMethods(onHead?: (metadata: Head) => void): Promise<SupportedMethods> {
    const [metadata] = this.client.callArguments({ requiresLeader: false }, endless);
    try {
      return await this.client.execute<ServerFeaturesClient, SupportedMethods>(
        serverFeatures.ServerFeaturesClient,
        'version',
        (client) =>
          new Promise((resolve, reject) => {
            const deadline = Date.now() + this.timeouts.pingMs;
            const call = client.getSupportedMethods(
              new sharedPb.Empty(),
              metadata,
              { deadline },
              (error, methods) => (error ? reject(error) : resolve(methods)),
            );
            if (onHead) call.on('metadata', onHead);
          }),
      );
    } catch (error) {
      throw failureOf(error, false);
    }
  }
}
