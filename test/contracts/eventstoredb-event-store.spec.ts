import { EventStoreDbEventStore } from '../../src/platform/event-store/eventstoredb/eventstoredb-event-store.js';
import { EventStoreDbStandIn } from '../support/eventstoredb/stand-in.js';
import { CONTRACT_PREFIX, eventStoreContract } from './event-store.contract.js';

eventStoreContract('EventStoreDB, played by a stand-in,', async () => {
  const server = await EventStoreDbStandIn.start();
  const store = await EventStoreDbEventStore.open({ url: server.url, streamPrefix: CONTRACT_PREFIX });
  return {
    store,
    dispose: async () => {
      await store.close();
      server.stop();
    },
  };
});

const url = process.env.EVENTSTORE_URL;

if (url) {
  eventStoreContract('a real EventStoreDB', async () => {
    const store = await EventStoreDbEventStore.open({ url, streamPrefix: CONTRACT_PREFIX });
    return { store, dispose: () => store.close() };
  });
} else {
  describe.skip('not tested: no EVENTSTORE_URL', () => {
    it('a real EventStoreDB keeps the contract of an event store', () => undefined);
  });
}
