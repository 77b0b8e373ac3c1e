import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext, Transaction } from '../../../platform/execution/transaction.js';
import { isRejection, type Rejection, reject } from '../../../platform/kernel/rejection.js';
import { cancelReservation, Lot } from '../../inventory/index.js';
import type { Hold } from '../../wallets/index.js';
import type { OrderingRejection } from '../rejections.js';
import { findReservation, type SeenDue } from './find-reservation.js';
import { giveBack, releaseReservation, reservationOutcome } from './reservations.js';
import { SaleDesk } from './sale-desk.js';

export interface CancelReservationInput {
  readonly partnerId: string;
  /** As shown at reserve. */
  readonly keyNumber: string;
}

/** Gives a reserved key and the money held for it back. A reservation that has ended is `ReservationNotFound`. */
export class CancelReservation extends Command<Record<string, never> | Rejection<OrderingRejection>> {
  constructor(
    readonly context: CommandContext,
    readonly input: CancelReservationInput,
  ) {
    super();
  }
}

interface Mine extends SeenDue {
  /** The hold of the reservation that an earlier run of this command cancelled in its lot. */
  hold: Hold | null;
}

@CommandHandler(CancelReservation)
export class CancelReservationHandler implements ICommandHandler<CancelReservation> {
  constructor(private readonly desk: SaleDesk) {}

  execute({
    context,
    input,
  }: CancelReservation): Promise<Record<string, never> | Rejection<OrderingRejection>> {
    // Kept over the runs of this command: the cancellation may stand while the release of its money met a race.
    const mine: Mine = { hold: null, due: null };
    return this.desk.executor.advance(context, (tx) => this.cancel(tx, context, input, mine));
  }

  private cancel(
    tx: Transaction,
    context: CommandContext,
    input: CancelReservationInput,
    mine: Mine,
  ): Record<string, never> | Rejection<OrderingRejection> {
    if (mine.hold?.reservation) {
      const outcome = reservationOutcome(tx, mine.hold.reservation);
      if (outcome.status === 'ended' && outcome.how === `cancelled:${context.commandId}`) {
        releaseReservation(tx, mine.hold);
        return {};
      }
    }
    const found = findReservation(tx, input, mine, this.desk.settings);
    if (!found) return reject('ReservationNotFound');
    const { hold, plan } = found;
    const lot = String(plan.lot);
    const state = tx.load(Lot, lot);
    const cancelled = cancelReservation(state, {
      reservation: plan.reservation,
      shownKeysTo: plan.shownKeysTo,
      at: tx.at,
      command: context.commandId,
    });
    if (isRejection(cancelled)) return reject('ReservationNotFound');
    mine.hold = hold;
    giveBack(tx, lot, state.open.get(plan.reservation)!, cancelled);
    releaseReservation(tx, hold);
    return {};
  }
}
