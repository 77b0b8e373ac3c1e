import { PROJECTIONS } from '../../projections/all.js';
import type { EventStore } from '../platform/event-store/event-store.js';
import type { Logger } from '../platform/logging/logger.js';
import type { Upcasters } from '../platform/projections/fold.js';
import type { Projecting } from '../platform/projections/projecting.js';
import { ProjectionRunner } from '../platform/projections/projection-runner.js';
import type { ReadModels } from '../platform/projections/read-models.js';
import { ProjectionThread } from '../platform/projections/thread/projection-thread.js';
import type { ReadStore } from '../platform/read-store/read-store.js';
import { LeaseLost } from '../platform/worker-lease/worker-lease.js';
import type { EmbeddedEngines } from './engines.js';

/**
 * Stored events that projections see in a newer shape: the same as all aggregates have, but without the contexts around
 * them, which the folding thread does without. None has changed yet.
 */
export const UPCASTERS: Upcasters = new Map();

export interface ProjectingOptions {
  readonly events: EventStore;
  /** For the one who writes. */
  readonly documents: ReadStore;
  /** Set where log and documents are files of this process, which a thread may open too. */
  readonly embedded: EmbeddedEngines | null;
  readonly namespace: string;
  readonly models: ReadModels;
  readonly logger: Logger;
  /** The compiled entry of a thread to fold in; absent: this thread folds. */
  readonly entry?: URL;
}

/** The one place that says where read models are folded. */
export function createProjecting(options: ProjectingOptions): Projecting {
  const { events, documents, embedded, namespace, models, logger, entry } = options;
  const onError = (err: unknown): void => {
    // Whoever holds the lease is told of it in the same second, and stops this.
    if (err instanceof LeaseLost) logger.info('another worker folds the read models by now');
    else logger.error({ err }, 'the read models could not be folded; it is tried again');
  };
  if (entry && embedded) {
    const { log, logDirectory, documentsDirectory, onFatal } = embedded;
    const data = { logDirectory, documentsDirectory, namespace };
    const shared = { log, documents: embedded.documents, models };
    return new ProjectionThread({ entry, data, ...shared, onError, onFatal });
  }
  return new ProjectionRunner({
    ...{ events, documents, models, namespace, onError },
    projections: PROJECTIONS,
    upcasters: UPCASTERS,
  });
}
