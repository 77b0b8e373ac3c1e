import { randomUUID } from 'node:crypto';
import type { Db } from 'mongodb';
import { MongoConnection } from '../../../src/platform/mongodb/mongo-connection.js';
import { MongoServerProcess } from './server-process.js';

/** The server that tests can have everywhere is slow. */
const TIMEOUT_MS = 60_000;

/** Empty databases under names of their own, which are dropped at the end. */
export class TestDatabases {
  private readonly made: Db[] = [];
  private server: MongoServerProcess | null = null;
  private connection: MongoConnection | null = null;

  async start(): Promise<void> {
    const { MONGODB_URL, MONGODB_SERVER } = process.env;
    if (!MONGODB_URL) this.server = await MongoServerProcess.start(MONGODB_SERVER!);
    this.connection = await MongoConnection.open({ url: this.url });
  }

  get url(): string {
    return this.server?.url ?? process.env.MONGODB_URL!;
  }

  make(): Db {
    const database = this.connection!.database.client.db(`keyforge_test_${randomUUID().slice(-12)}`);
    this.made.push(database);
    return database;
  }

  async dispose(): Promise<void> {
    if (!this.server) for (const database of this.made) await database.dropDatabase();
    await this.connection?.close();
    await this.server?.dispose();
  }
}

/**
 * Tests on the server at MONGODB_URL, or on one that the executable at MONGODB_SERVER starts. Without either they are left
 * out, aloud.
 */
export function describeOnMongoDb(what: string, tests: (databases: TestDatabases) => void): void {
  if (!process.env.MONGODB_URL && !process.env.MONGODB_SERVER) {
    leaveOut('MONGODB_URL', what);
    return;
  }
  jest.setTimeout(TIMEOUT_MS);
  describe(what, () => {
    const databases = new TestDatabases();
    beforeAll(() => databases.start(), TIMEOUT_MS);
    afterAll(() => databases.dispose(), TIMEOUT_MS);
    tests(databases);
  });
}

/** Tests that kill the server, which they can only do with one that they started. */
export function describeOnMongoServer(what: string, tests: (executable: string) => void): void {
  const executable = process.env.MONGODB_SERVER;
  if (!executable) {
    leaveOut('MONGODB_SERVER', what);
    return;
  }
  jest.setTimeout(TIMEOUT_MS);
  describe(what, () => tests(executable));
}

function leaveOut(variable: string, what: string): void {
  describe.skip(`not tested: no ${variable}`, () => {
    it(what, () => undefined);
  });
}
