import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext, Transaction } from '../../../platform/execution/transaction.js';
import { isoTime } from '../../../platform/kernel/clock.js';
import type { Currency } from '../../../platform/kernel/money.js';
import { isRejection, type Rejection, reject } from '../../../platform/kernel/rejection.js';
import { Lot } from '../../inventory/index.js';
import { Partner } from '../../partners/index.js';
import { type ReservationPlan, Wallet } from '../../wallets/index.js';
import { claimOrder } from '../domain/order.decider.js';
import { isFree, Order, type OrderState } from '../domain/order.js';
import type { PriceFacts, SoldUnit } from '../events/order.events.js';
import { ATTEMPTS_PER_DECISION, CLAIM_PATIENCE_MS } from '../limits.js';
import type { KeyText } from '../ports.js';
import type { OrderingRejection } from '../rejections.js';
import { advanceReplacement } from './advance-replacement.js';
import { advanceSale } from './advance-sale.js';
import { type DeliveryRequest, deliveryFields } from './delivery-request.js';
import { findReservation, type SeenDue } from './find-reservation.js';
import { NamedOrder } from './named-order.js';
import { reservationHold } from './reservations.js';
import { SaleDesk } from './sale-desk.js';

export interface ConfirmSaleInput {
  readonly partnerId: string;
  readonly apiKeyId: string | null;
  /** As shown at reserve. */
  readonly keyNumber: string;
  /** The partner's order reference. */
  readonly order: string;
  /** Those that the caller names, each of which has to be the reservation's; none: whatever was reserved. */
  readonly currencies: readonly Currency[];
  /** Where the key is to be sent; null: nowhere. */
  readonly email: string | null;
  readonly language: string;
}

export interface ConfirmedSale {
  /** Of the key that the order has: another one than was reserved if that was replaced. */
  readonly keyNumber: string;
  /** Only if it was withheld at reserve, the partner's keys are shown at confirmation, or the key was replaced. */
  readonly key: KeyText | null;
}

/** Sells a reserved key. The same order with the same key again answers the same and changes nothing. */
export class ConfirmSale extends Command<ConfirmedSale | Rejection<OrderingRejection>> {
  constructor(
    readonly context: CommandContext,
    readonly input: ConfirmSaleInput,
  ) {
    super();
  }
}

interface Request {
  readonly input: ConfirmSaleInput;
  readonly named: NamedOrder;
  readonly seen: SeenDue;
}

@CommandHandler(ConfirmSale)
export class ConfirmSaleHandler implements ICommandHandler<ConfirmSale> {
  constructor(private readonly desk: SaleDesk) {}

  async execute({ context, input }: ConfirmSale): Promise<ConfirmedSale | Rejection<OrderingRejection>> {
    return NamedOrder.run(this.desk, input, async (named) => {
      const request: Request = { input, named, seen: { due: null } };
      const sold = await this.desk.executor.advance(context, (tx) => this.confirm(tx, context, request));
      if (isRejection(sold)) return sold;
      const keyNumber = String(sold.unit.keyNumber);
      return { keyNumber, key: sold.showText ? await this.desk.readKey(sold.unit) : null };
    });
  }

  private confirm(
    tx: Transaction,
    context: CommandContext,
    { input, named, seen }: Request,
  ): { unit: SoldUnit; showText: boolean } | Rejection<OrderingRejection> {
    const { id } = named;
    named.looking();
    for (let attempt = 0; attempt < ATTEMPTS_PER_DECISION; attempt += 1) {
      advanceSale(tx, id, 'finish', this.desk.settings);
      advanceReplacement(tx, id, 'finish', this.desk.settings);
      const order = tx.load(Order, id);
      if (!isFree(order)) return this.answer(tx, input, order);

      const fresh = named.foundFree();
      const found = findReservation(tx, input, seen, this.desk.settings);
      if (!found) return reject('ReservationNotFound');
      const { plan } = found;
      const { currency } = (plan.sale as PriceFacts).price;
      if (input.currencies.some((given) => given !== currency)) return reject('CurrencyMismatch');
      this.claim(tx, context, { id, input, order, plan, ...fresh });
    }
    throw new Error('no attempt to confirm came to an end');
  }

  /** The order's claim: its plan is the reservation, its price the one that was reserved. */
  private claim(
    tx: Transaction,
    context: CommandContext,
    request: {
      id: string;
      input: ConfirmSaleInput;
      publicId: number;
      delivery: DeliveryRequest;
      order: OrderState;
      plan: ReservationPlan;
    },
  ): void {
    const { id, input, publicId, delivery, order, plan } = request;
    const facts = plan.sale as PriceFacts;
    const lot = tx.load(Lot, String(plan.lot));
    const source = {
      kind: 'stock' as const,
      lot: plan.lot,
      lotRevision: tx.durableRevision(Lot, String(plan.lot)),
    };
    const claimed = claimOrder(order, {
      publicId,
      partner: input.partnerId,
      apiKey: input.apiKeyId,
      reference: input.order,
      surface: context.surface,
      language: input.language,
      currency: facts.price.currency,
      wallet: plan.wallet,
      walletRevision: tx.durableRevision(Wallet, plan.wallet),
      floor: null,
      hold: reservationHold(plan.reservation),
      reservation: plan.reservation,
      ...(plan.shown ? {} : { textWithheld: true }),
      lines: [{ line: 1, facts, units: [{ unit: 1, source, unitCost: lot.unitCost }] }],
      ...deliveryFields(tx, this.desk, delivery),
      deadline: isoTime(tx.nowMs + CLAIM_PATIENCE_MS),
    });
    if (isRejection(claimed)) throw new Error(`a reference that was just found free: ${claimed.code}`);
    tx.append(Order, id, claimed);
  }

  private answer(
    tx: Transaction,
    input: ConfirmSaleInput,
    order: OrderState,
  ): { unit: SoldUnit; showText: boolean } | Rejection<OrderingRejection> {
    const unit = order.units[0];
    const numbers = [...order.replaced.map(({ faulty }) => faulty), ...order.units].map(({ keyNumber }) =>
      String(keyNumber),
    );
    if (order.status !== 'confirmed' || !unit || !numbers.includes(input.keyNumber)) {
      return reject('OrderAlreadyExists');
    }
    // What was withheld is shown here, also to a partner that wants its keys at reserve by now.
    const { revealOn } = tx.load(Partner, input.partnerId);
    const unseen = order.claim?.textWithheld === true || order.replaced.length > 0;
    return { unit, showText: unseen || revealOn === 'confirm' };
  }
}
