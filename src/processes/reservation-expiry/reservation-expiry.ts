import { endDueReservations, readOpenReservation, type SaleTerms } from '../../contexts/ordering/index.js';
import { systemContext } from '../../platform/execution/system-context.js';
import type { Executor } from '../../platform/execution/transaction.js';
import type { Ids } from '../../platform/kernel/ids.js';
import type { Process } from '../../platform/processes/process.js';
import { type OpenReservationIndex, parseOpenReservation, walletOf } from './open-reservations.index.js';

/** Reservations of one wallet that end in one batch of appends. */
const TOGETHER = 64;
const CONCURRENCY = 32;

export interface ReservationExpiryOptions {
  readonly executor: Executor;
  readonly ids: Ids;
  readonly index: OpenReservationIndex;
  readonly terms: SaleTerms;
}

/**
 * Frees key and money of reservations whose deadline has come; one that was sold meanwhile has its order finished. Those
 * of a wallet that are due together end together.
 */
export function reservationExpiry({ executor, ids, index, terms }: ReservationExpiryOptions): Process {
  return {
    name: 'reservation-expiry',
    index,
    concurrency: CONCURRENCY,
    together: { groupOf: walletOf, limit: TOGETHER },
    prepare: (key) => {
      const { wallet, hold } = parseOpenReservation(key);
      const context = systemContext(ids, 'reservation-expiry', 'recovery');
      return executor.run(context, (tx) => readOpenReservation(tx, wallet, hold));
    },
    run: (keys) => {
      const { wallet } = parseOpenReservation(keys[0]!);
      const holds = keys.map((key) => parseOpenReservation(key).hold);
      const context = systemContext(ids, 'reservation-expiry', 'recovery');
      return executor.advance(context, (tx) => endDueReservations(tx, wallet, holds, terms));
    },
  };
}
