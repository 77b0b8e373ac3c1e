import { randomUUID } from 'node:crypto';

/** Servers that one test has for itself, and the settings that lead to them. */
export interface TestEngines {
  readonly settings: Readonly<Record<string, string>>;
  dispose(): Promise<void>;
}

/**
 * What the tests of the whole product run on: the embedded engines, unless TEST_ENGINES says otherwise. `log`: a stand-in for
 * EventStoreDB instead of the embedded log; `documents`: a database of its own on the server at MONGODB_URL; `both`.
 * What talks to servers is loaded where it is used: most tests would wait for it in vain.
 */
export async function testEngines(): Promise<TestEngines> {
  const { TEST_ENGINES: wanted, MONGODB_URL } = process.env;
  const settings: Record<string, string> = {};
  const disposing: (() => Promise<void> | void)[] = [];
  if (wanted === 'log' || wanted === 'both') {
    const { EventStoreDbStandIn } = await import('./eventstoredb/stand-in.js');
    const server = await EventStoreDbStandIn.start();
    settings.EVENTSTORE_URL = server.url;
    disposing.push(() => server.stop());
  }
  if (wanted === 'documents' || wanted === 'both') {
    const name = `keyforge_test_${randomUUID().slice(-12)}`;
    settings.MONGODB_URL = databaseUrl(MONGODB_URL!, name);
    disposing.push(() => dropDatabase(MONGODB_URL!, name));
  }
  const dispose = async (): Promise<void> => {
    for (const one of disposing) await one();
  };
  return { settings, dispose };
}

/** Drops one database on the server that the URL names. */
export async function dropDatabase(url: string, name: string): Promise<void> {
  const { MongoClient } = await import('mongodb');
  const client = await MongoClient.connect(url);
  await client.db(name).dropDatabase();
  await client.close();
}

/** The URL of one database on the server that another URL names. */
export function databaseUrl(url: string, name: string): string {
  const parts = /^(mongodb(?:\+srv)?:\/\/[^/]+)(?:\/[^?]*)?(\?.*)?$/.exec(url);
  return `${parts?.[1]}/${name}${parts?.[2] ?? ''}`;
}
