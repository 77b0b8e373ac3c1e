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
