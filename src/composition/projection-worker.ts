import { parentPort, workerData } from 'node:worker_threads';
import { PROJECTIONS } from '../../projections/all.js';
import { LogFollower } from '../platform/event-store/embedded/log-follower.js';
import { ProjectionRunner } from '../platform/projections/projection-runner.js';
import { ProjectionHost } from '../platform/projections/thread/projection-host.js';
import { type ProjectionThreadData, toError } from '../platform/projections/thread/protocol.js';
import { EmbeddedReadStore } from '../platform/read-store/embedded/embedded-read-store.js';
import { giveWayToOthers } from '../platform/threads/threads.js';
import { UPCASTERS } from './projecting.js';

// Entry of the thread that folds the log into the read models. The main thread has the log and the documents open and
// keeps them open longer than this one does.
// Decisions go before what is shown of them.
giveWayToOthers(5);
const { logDirectory, documentsDirectory, namespace, isRestarted } = workerData as ProjectionThreadData;
const host = new ProjectionHost(parentPort!);
process.on('uncaughtException', (error) => host.crash(error));

const onError = (error: unknown): void => host.report({ kind: 'failed', error: toError(error) });
const log = LogFollower.open({
  directory: logDirectory,
  onIdle: (position) => host.report({ kind: 'idle', position }),
  onDeliveryFailure: onError,
});
const documents = EmbeddedReadStore.open({ directory: documentsDirectory });
const projecting = new ProjectionRunner({
  events: log,
  documents,
  models: host.readers,
  projections: PROJECTIONS,
  upcasters: UPCASTERS,
  keepsRetired: isRestarted,
  namespace,
  onError,
  onRebuilding: (rebuilding) => host.report({ kind: 'rebuilding', rebuilding }),
});
host
  .serve({
    projecting,
    onNews: () => log.announce(),
    async close() {
      await log.close();
      await documents.close();
    },
  })
  .catch((error: unknown) => host.crash(error));
