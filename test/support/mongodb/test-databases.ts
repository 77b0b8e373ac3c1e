import { randomUUID } from 'node:crypto';
import type { Db } from 'mongodb';
import { MongoConnection } from '../../../src/platform/mongodb/mongo-connection.js';

/** The server that tests can have everywhere is slow. */
const TIMEOUT_MS = 60_000;

/** Empty databases under names of their own on one server, which are dropped at the end. */
export class TestDatabases {
  private readonly made: Db[] = [];
  private connection: MongoConnection | null = null;

  constructor(private readonly url: string) {}

  async make(): Promise<Db> {
    this.connection ??= await MongoConnection.open({ url: this.url });
    const database = this.connection.database.client.db(`keyforge_test_${randomUUID().slice(-12)}`);
    this.made.push(database);
    return database;
  }

  async dispose(): Promise<void> {
    for (const database of this.made) await database.dropDatabase();
    await this.connection?.close();
  }
}

/** Tests on the MongoDB server at MONGODB_URL; without one they are left out, aloud. */
export function describeOnMongoDb(
  what: string,
  tests: (databases: TestDatabases, url: string) => void,
): void {
  const url = process.env.MONGODB_URL;
  if (!url) {
    describe.skip('not tested: no MONGODB_URL', () => {
      it(what, () => undefined);
    });
    return;
  }
  jest.setTimeout(TIMEOUT_MS);
  describe(what, () => {
    const databases = new TestDatabases(url);
    afterAll(() => databases.dispose(), TIMEOUT_MS);
    tests(databases, url);
  });
}
