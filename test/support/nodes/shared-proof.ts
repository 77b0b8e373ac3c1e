import { mkdirSync } from 'node:fs';
import type { EventStore } from '../../../src/platform/event-store/event-store.js';
import { EventStoreDbEventStore } from '../../../src/platform/event-store/eventstoredb/eventstoredb-event-store.js';
import { MongoConnection } from '../../../src/platform/mongodb/mongo-connection.js';
import { MongoReadStore } from '../../../src/platform/read-store/mongodb/mongo-read-store.js';
import type { ReadStore } from '../../../src/platform/read-store/read-store.js';
import { type LogEvent, toLogEvent } from '../load/audit/log-event.js';
import { Proof } from '../load/proof.js';
import { type Compared, compareWithFreshFold } from './fresh-fold.js';

/** The product on servers, which are looked into besides. */
export abstract class SharedProof extends Proof {
  private connection: MongoConnection | null = null;
  protected abstract readonly namespace: string;
  protected abstract get logUrl(): string;
  protected abstract get documentsUrl(): string;

  override async close(): Promise<void> {
    await this.disconnect();
    await super.close();
  }

  /** Before the servers end. */
  protected async disconnect(): Promise<void> {
    await this.connection?.close();
    this.connection = null;
  }

  protected override async storedEvents(): Promise<Iterable<LogEvent>> {
    return this.withLog(async (store) => {
      const events: LogEvent[] = [];
      for (let position = 0n; ; ) {
        const page = await store.readAll(position);
        for (const event of page) events.push(toLogEvent(event));
        if (page.length === 0) return events;
        position = page.at(-1)!.position;
      }
    });
  }

  /** See {@link compareReadModels}; each node has indexes of its own. */
  protected override async auditDerived(): Promise<void> {}

  async lastEventId(): Promise<string> {
    return this.withLog(async (store) => {
      for (let position = 0n, last = ''; ; ) {
        const page = await store.readAll(position);
        if (page.length === 0) return last;
        ({ position, id: last } = page.at(-1)!);
      }
    });
  }

  /** The read models as they are stored, to look at. */
  async documents(): Promise<ReadStore> {
    this.connection ??= await MongoConnection.open({ url: this.documentsUrl });
    return MongoReadStore.forReaders(this.connection.database);
  }

  async compareReadModels(): Promise<Compared[]> {
    const directory = this.beside('fresh-fold');
    mkdirSync(directory);
    const documents = await this.documents();
    const { namespace } = this;
    return this.withLog((events) => compareWithFreshFold({ events, documents, namespace, directory }));
  }

  private async withLog<R>(use: (store: EventStore) => Promise<R>): Promise<R> {
    const streamPrefix = `${this.namespace}.`;
    const store = await EventStoreDbEventStore.open({ url: this.logUrl, streamPrefix });
    try {
      return await use(store);
    } finally {
      await store.close();
    }
  }
}
