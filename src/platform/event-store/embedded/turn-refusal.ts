import type { EventStoreError } from '../event-store.js';

/**
 * Why nothing more is appended in this turn of the event loop. Others may have decided on what was refused, as if it were there, and
 * decide so until its maker is told: before the turn is over. In the next one there may be room again.
 */
export class TurnRefusal {
  private error: EventStoreError | null = null;

  get reason(): EventStoreError | null {
    return this.error;
  }

  begin(error: EventStoreError): EventStoreError {
    this.error = error;
    setImmediate(() => {
      this.error = null;
    });
    return error;
  }
}
