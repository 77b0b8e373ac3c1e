import type { EventStore } from '../event-store/event-store.js';
import { lagBehind, type Projecting, type ProjectingStatus } from './projecting.js';
import type { ReadModels } from './read-models.js';

const REFUSAL = 'another process folds the read models: ask that one';

/** In a process that only reads what another one folds. */
export class FoldedElsewhere implements Projecting {
  constructor(
    private readonly events: Pick<EventStore, 'headPosition' | 'readAll'>,
    private readonly models: Pick<ReadModels, 'position'>,
  ) {}

  async start(): Promise<void> {}

  rebuild(): Promise<void> {
    return Promise.reject(new Error(REFUSAL));
  }

  verify(): Promise<never> {
    return Promise.reject(new Error(REFUSAL));
  }

  async status(): Promise<ProjectingStatus> {
    return { ...(await lagBehind(this.events, this.models.position)), rebuilding: [] };
  }

  async stop(): Promise<void> {}
}
