import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext, Transaction } from '../../../platform/execution/transaction.js';
import { isoTime } from '../../../platform/kernel/clock.js';
import { type Currency, formatMinor, loadMoney, SALE_CURRENCIES } from '../../../platform/kernel/money.js';
import { isRejection, type Rejection, reject } from '../../../platform/kernel/rejection.js';
import { keyNumber, Lot, nextReservable, refuseReservation, reserveKey } from '../../inventory/index.js';
import { creditFloor } from '../../partners/index.js';
import { type Hold, holdFunds, Wallet, walletId } from '../../wallets/index.js';
import type { PriceFacts } from '../events/order.events.js';
import { ATTEMPTS_PER_DECISION } from '../limits.js';
import type { OrderingRejection } from '../rejections.js';
import { lotWithStock, type Offer, offerFor } from './offer.js';
import {
  endOverdueReservations,
  releaseReservation,
  reservationHold,
  reservationOutcome,
} from './reservations.js';
import { canPay, SaleDesk } from './sale-desk.js';

export interface ReserveKeyInput {
  readonly partnerId: string;
  readonly apiKeyId: string | null;
  /** Public id of the package. */
  readonly package: number;
  readonly currency: Currency;
}

export interface ReservedKey {
  readonly keyNumber: string;
  /** Null for a partner whose keys are shown at confirmation. */
  readonly keyText: string | null;
  readonly serial: string | null;
  /** Decimal, all digits of the currency's minor unit. */
  readonly price: string;
  readonly currency: Currency;
}

/** Holds a key and its price for the reservation time. Each call is a reservation of its own. */
export class ReserveKey extends Command<ReservedKey | Rejection<OrderingRejection>> {
  constructor(
    readonly context: CommandContext,
    readonly input: ReserveKeyInput,
  ) {
    super();
  }
}

interface Held {
  readonly lot: number;
  readonly slot: number;
  readonly ordinal: number;
  readonly facts: PriceFacts;
  readonly shown: boolean;
}

@CommandHandler(ReserveKey)
export class ReserveKeyHandler implements ICommandHandler<ReserveKey> {
  constructor(private readonly desk: SaleDesk) {}

  async execute({ context, input }: ReserveKey): Promise<ReservedKey | Rejection<OrderingRejection>> {
    // Kept over the runs of this command: a hold that an earlier run has taken must be found again, and freed if it
    // gets no key. None is left out again: what a run decides of it counts for nothing before it is stored.
    const begun = new Set<string>();
    const held = await this.desk.takingStock(context, (tx) => this.reserve(tx, input, begun));
    if (isRejection(held)) return held;
    const { text, serial } = await this.desk.readKey(held);
    const { currency, amountMinor } = loadMoney(held.facts.price);
    return {
      keyNumber: String(keyNumber(held)),
      keyText: held.shown ? text : null,
      serial,
      price: formatMinor(amountMinor, currency),
      currency,
    };
  }

  private reserve(
    tx: Transaction,
    input: ReserveKeyInput,
    begun: Set<string>,
  ): Held | Rejection<OrderingRejection> {
    const { partnerId, currency } = input;
    const wallet = walletId(partnerId, 'main', currency);
    for (let attempt = 0; attempt < ATTEMPTS_PER_DECISION; attempt += 1) {
      for (const reservation of begun) {
        const continued = this.takeKey(tx, wallet, reservation);
        if (continued) return continued;
      }
      const packageId = this.desk.packages.packageId(input.package);
      const offer = offerFor(tx, { partnerId, packageId, currency });
      if (isRejection(offer)) return offer;
      if (!this.mayReserveMore(tx, partnerId, offer)) return reject('TooManyReservations');
      const lot = lotWithStock(tx, this.desk, offer.packageId, nextReservable);
      if (lot === null) return reject('OutOfStock');
      const price = loadMoney(offer.facts.price);
      if (!canPay(tx, this.desk, { walletId: wallet, partner: offer.partner, price })) {
        return reject('InsufficientBalance');
      }
      begun.add(this.hold(tx, { wallet, offer, lot, partnerId }));
    }
    throw new Error('no lot kept its stock within one decision');
  }

  /** In all currencies, those too that it may use no more. Overdue ones are ended before the answer is no. */
  private mayReserveMore(tx: Transaction, partnerId: string, { partner }: Offer): boolean {
    const wallets = SALE_CURRENCIES.map((currency) => walletId(partnerId, 'main', currency));
    const open = (): number =>
      wallets.reduce((sum, wallet) => sum + tx.load(Wallet, wallet).openReservations, 0);
    const endOverdue = (wallet: string): boolean => endOverdueReservations(tx, wallet, this.desk.settings);
    while (open() >= partner.maxOpenReservations) if (!wallets.some(endOverdue)) return false;
    return true;
  }

  /** The reservation's claim: its hold, which names the lot. */
  private hold(
    tx: Transaction,
    request: { wallet: string; offer: Offer; lot: number; partnerId: string },
  ): string {
    const { wallet, offer, lot, partnerId } = request;
    const reservation = tx.newId();
    const { amountMinor, currency } = loadMoney(offer.facts.price);
    const held = holdFunds(tx.load(Wallet, wallet), {
      hold: { kind: 'reservation', key: reservationHold(reservation) },
      amountMinor,
      currency,
      floorMinor: creditFloor(offer.partner, currency),
      deadline: isoTime(tx.nowMs + this.desk.settings.reservationTtlMs),
      reservation: {
        reservation,
        partner: partnerId,
        wallet,
        lot,
        lotRevision: tx.durableRevision(Lot, String(lot)),
        shownKeysTo: offer.shownKeysTo,
        shown: offer.partner.revealOn === 'reserve',
        sale: offer.facts,
      },
    });
    if (isRejection(held)) throw new Error(`a hold that was just found possible: ${held.code}`);
    tx.append(Wallet, wallet, held);
    return reservation;
  }

  /** The held reservation's key: found, or taken now. Null if the reservation had to be given up. */
  private takeKey(tx: Transaction, wallet: string, reservation: string): Held | null {
    const hold = tx.load(Wallet, wallet).holds.get(reservationHold(reservation));
    if (!hold?.reservation) return null;
    const plan = hold.reservation;
    const id = String(plan.lot);
    const outcome = reservationOutcome(tx, plan);
    if (outcome.status === 'open') return this.held(tx, hold, outcome.slot);
    if (outcome.status === 'unknown') {
      const { partner, shown } = plan;
      const { price } = plan.sale as PriceFacts;
      const reserved = reserveKey(tx.load(Lot, id), {
        reservation,
        partner,
        wallet,
        currency: price.currency,
        deadline: isoTime(hold.deadlineMs),
        shown,
        nowMs: tx.nowMs,
        cooldownMs: this.desk.settings.cooldownMs,
      });
      if (!isRejection(reserved)) {
        tx.append(Lot, id, reserved);
        return this.held(tx, hold, tx.load(Lot, id).open.get(reservation)!);
      }
      tx.append(Lot, id, refuseReservation(tx.load(Lot, id), plan));
    }
    if (outcome.status !== 'sold') releaseReservation(tx, hold);
    return null;
  }

  private held(tx: Transaction, hold: Hold, slot: number): Held {
    const plan = hold.reservation!;
    const { ordinal } = tx.load(Lot, String(plan.lot)).slots.get(slot)!.reservation!;
    return { lot: plan.lot, slot, ordinal, facts: plan.sale as PriceFacts, shown: plan.shown };
  }
}
