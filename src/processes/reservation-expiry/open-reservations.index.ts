import type { IndexedEvent, IndexKeep } from '../../platform/indexes/local-index.js';
import { DueIndex } from '../../platform/processes/due-index.js';

const HOLD_PREFIX = 'reservation:';

export interface OpenReservation {
  readonly wallet: string;
  /** Key of its hold in the wallet. */
  readonly hold: string;
}

const keyOf = (wallet: string, hold: string): string => `${wallet}|${hold.slice(HOLD_PREFIX.length)}`;

export const walletOf = (key: string): string => key.slice(0, key.indexOf('|'));

export const parseOpenReservation = (key: string): OpenReservation => ({
  wallet: walletOf(key),
  hold: HOLD_PREFIX + key.slice(key.indexOf('|') + 1),
});

/** Reservations whose money is held, by their deadline. */
export class OpenReservationIndex extends DueIndex {
  readonly name = 'reservations';
  readonly version = 1;
  readonly categories = ['wallet'];

  apply(event: IndexedEvent, keep: IndexKeep): void {
    switch (event.type) {
      case 'FundsHeld': {
        const { kind, key } = event.data.hold;
        if (kind === 'reservation') this.pend(keyOf(event.id, key), () => Date.parse(event.data.deadline));
        return;
      }
      case 'FundsCaptured':
      case 'FundsReleased': {
        const hold: string = event.data.hold;
        if (hold.startsWith(HOLD_PREFIX)) this.settle(keyOf(event.id, hold), keep);
        return;
      }
    }
  }
}
