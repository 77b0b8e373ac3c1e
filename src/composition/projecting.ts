import { PROJECTIONS } from '../../projections/all.js';
import type { Logger } from '../platform/logging/logger.js';
import type { Upcasters } from '../platform/projections/fold.js';
import type { Projecting } from '../platform/projections/projecting.js';
import { ProjectionRunner } from '../platform/projections/projection-runner.js';
import type { ReadModels } from '../platform/projections/read-models.js';
import { ProjectionThread } from '../platform/projections/thread/projection-thread.js';
import type { Engines } from './engines.js';

/**
 * Stored events that projections see in a newer shape: the same as all aggregates have, but without the contexts around
 * them, which the folding thread does without. None has changed yet.
 */
export const UPCASTERS: Upcasters = new Map();

export interface ProjectingOptions {
  readonly engines: Engines;
  readonly namespace: string;
  readonly models: ReadModels;
  readonly logger: Logger;
  /** The compiled entry of a thread to fold in; absent: this thread folds. */
  readonly entry?: URL;
}

/** The one place that says where read models are folded. */
export function createProjecting({
  engines,
  namespace,
  models,
  logger,
  entry,
}: ProjectingOptions): Projecting {
  const onError = (err: unknown): void =>
    logger.error({ err }, 'the read models could not be folded; it is tried again');
  if (entry) {
    const { log, logDirectory, documents, documentsDirectory, onFatal } = engines.shared;
    const data = { logDirectory, documentsDirectory, namespace };
    return new ProjectionThread({ entry, data, log, documents, models, onError, onFatal });
  }
  const { events, documents } = engines;
  return new ProjectionRunner({
    events,
    documents,
    models,
    projections: PROJECTIONS,
    upcasters: UPCASTERS,
    namespace,
    onError,
  });
}
