import { type Db, MongoClient } from 'mongodb';
import { type ClockOffset, clockOffset } from '../kernel/clock-offset.js';

/** How long a call waits for a server that is away, and then for an answer. */
const AWAY_MS = 10_000;
const SILENCE_MS = 20_000;
const CONNECT_MS = 5_000;
const DEFAULT_DATABASE = 'keyforge';
const OLDEST_MAJOR_VERSION = 6;

export interface MongoOptions {
  /** `mongodb://user:password@host:27017/database?…`; the database is `keyforge` if none is named. */
  readonly url: string;
  /** How long a call waits for a server that is away. Default 10 s. */
  readonly awayMs?: number;
}

/**
 * One pool of connections to a replica set, for all stores of the process. A write is acknowledged when the majority has it
 * in its journal, and a read sees what the majority has. After an outage the driver finds the primary by itself. It repeats a
 * read or write that broke off once; what breaks off again fails, and may have been stored.
 */
export class MongoConnection {
  private constructor(
    private readonly client: MongoClient,
    readonly database: Db,
  ) {}

  /** @throws if the URL is none, nobody answers, or the server is too old. */
  static async open({ url, awayMs = AWAY_MS }: MongoOptions): Promise<MongoConnection> {
    const client = clientOf(url, awayMs);
    const connection = new MongoConnection(client, client.db(databaseOf(url)));
    try {
      const version = await connection.version();
      if (Number.parseInt(version, 10) < OLDEST_MAJOR_VERSION) {
        throw new Error(`MongoDB ${version} is too old: ${OLDEST_MAJOR_VERSION}.0 or newer is needed`);
      }
    } catch (error) {
      await connection.close();
      throw error;
    }
    return connection;
  }

  /** The server's version. @throws if it does not answer. */
  async version(): Promise<string> {
    const { version } = await this.database.command({ buildInfo: 1 });
    return version as string;
  }

  /** What the server is a part of; null if it stands alone: then the driver repeats no write that broke off. */
  async deployment(): Promise<string | null> {
    const { setName, msg } = await this.database.command({ hello: 1 });
    if (msg === 'isdbgrid') return 'sharded cluster';
    return setName === undefined ? null : `replica set ${setName}`;
  }

  /** The server's clock against this machine's. */
  async clockOffset(): Promise<ClockOffset> {
    const askedAtMs = Date.now();
    const { localTime } = await this.database.command({ hello: 1 });
    return clockOffset({ atMs: (localTime as Date).getTime(), precisionMs: 1 }, askedAtMs, Date.now());
  }

  close(): Promise<void> {
    return this.client.close();
  }
}

function clientOf(url: string, awayMs: number): MongoClient {
  try {
    return new MongoClient(url, {
      appName: 'keyforge',
      writeConcern: { w: 'majority', journal: true },
      readConcern: { level: 'majority' },
      readPreference: 'primary',
      retryReads: true,
      retryWrites: true,
      serverSelectionTimeoutMS: awayMs,
      socketTimeoutMS: SILENCE_MS,
      connectTimeoutMS: CONNECT_MS,
      // Positions are 64 bits wide.
      useBigInt64: true,
    });
  } catch {
    // The driver's own text may show the URL, and with it the password.
    throw new Error('MONGODB_URL cannot be read as a connection string');
  }
}

/** A connection string may name several hosts, so it is not always a URL. */
function databaseOf(url: string): string {
  const name = /^mongodb(?:\+srv)?:\/\/[^/]+\/([^?]+)/.exec(url)?.[1];
  return name === undefined ? DEFAULT_DATABASE : decodeURIComponent(name);
}
