import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext, Transaction } from '../../../platform/execution/transaction.js';
import { isoTime } from '../../../platform/kernel/clock.js';
import { type Currency, loadMoney } from '../../../platform/kernel/money.js';
import { isRejection, type Rejection, reject } from '../../../platform/kernel/rejection.js';
import { Lot } from '../../inventory/index.js';
import { creditFloor } from '../../partners/index.js';
import { Wallet, walletId } from '../../wallets/index.js';
import { claimOrder } from '../domain/order.decider.js';
import { isFree, Order, type OrderState } from '../domain/order.js';
import type { OrderClaim, SoldUnit } from '../events/order.events.js';
import { ATTEMPTS_PER_DECISION, CLAIM_PATIENCE_MS } from '../limits.js';
import type { OrderingRejection } from '../rejections.js';
import { advanceReplacement } from './advance-replacement.js';
import { advanceSale } from './advance-sale.js';
import { type DeliveryRequest, deliveryFields } from './delivery-request.js';
import { NamedOrder } from './named-order.js';
import { lotWithStock, type Offer, offerFor } from './offer.js';
import { canPay, SaleDesk } from './sale-desk.js';

export interface BuyKeyInput {
  readonly partnerId: string;
  readonly apiKeyId: string | null;
  /** Public id of the package. */
  readonly package: number;
  /** The partner's order reference. */
  readonly order: string;
  readonly currency: Currency;
  /** Where the key is to be sent; null: nowhere. */
  readonly email: string | null;
  readonly language: string;
}

export interface BoughtKey {
  readonly keyNumber: string;
  readonly keyText: string;
  readonly serial: string | null;
  /** Null if no delivery was asked for; false if the address cannot be one. */
  readonly emailAccepted: boolean | null;
}

/** Reserves and sells in one step. The same order with the same package again answers the same key, or the one that replaced it. */
export class BuyKey extends Command<BoughtKey | Rejection<OrderingRejection>> {
  constructor(
    readonly context: CommandContext,
    readonly input: BuyKeyInput,
  ) {
    super();
  }
}

@CommandHandler(BuyKey)
export class BuyKeyHandler implements ICommandHandler<BuyKey> {
  constructor(private readonly desk: SaleDesk) {}

  async execute({ context, input }: BuyKey): Promise<BoughtKey | Rejection<OrderingRejection>> {
    return NamedOrder.run(this.desk, input, async (named) => {
      const bought = await this.desk.takingStock(context, (tx) => this.buy(tx, context, { input, named }));
      if (isRejection(bought)) return bought;
      const { text, serial } = await this.desk.readKey(bought.unit);
      return {
        keyNumber: String(bought.unit.keyNumber),
        keyText: text,
        serial,
        emailAccepted: bought.claim.emailRefused ? false : bought.claim.email ? true : null,
      };
    });
  }

  private buy(
    tx: Transaction,
    context: CommandContext,
    { input, named }: { input: BuyKeyInput; named: NamedOrder },
  ): { unit: SoldUnit; claim: OrderClaim } | Rejection<OrderingRejection> {
    const { id } = named;
    named.looking();
    const packageId = this.desk.packages.packageId(input.package);
    for (let attempt = 0; attempt < ATTEMPTS_PER_DECISION; attempt += 1) {
      advanceSale(tx, id, 'finish', this.desk.settings);
      advanceReplacement(tx, id, 'finish', this.desk.settings);
      const order = tx.load(Order, id);
      if (!isFree(order)) return this.answer(order, packageId);

      const fresh = named.foundFree();
      const offer = offerFor(tx, { partnerId: input.partnerId, packageId, currency: input.currency });
      if (isRejection(offer)) return offer;
      const lot = lotWithStock(tx, this.desk, offer.packageId);
      if (lot === null) return reject('OutOfStock');
      const wallet = walletId(input.partnerId, 'main', input.currency);
      const price = loadMoney(offer.facts.price);
      if (!canPay(tx, this.desk, { walletId: wallet, partner: offer.partner, price })) {
        return reject('InsufficientBalance');
      }
      tx.append(Order, id, this.claim(tx, context, { id, input, order, offer, lot, wallet, ...fresh }));
    }
    throw new Error('no lot kept its stock within one decision');
  }

  /** The order's claim: everything that finishing or undoing it needs. */
  private claim(
    tx: Transaction,
    context: CommandContext,
    request: {
      id: string;
      input: BuyKeyInput;
      delivery: DeliveryRequest;
      publicId: number;
      order: OrderState;
      offer: Offer;
      lot: number;
      wallet: string;
    },
  ) {
    const { id, input, delivery, publicId, order, offer, lot, wallet } = request;
    const floor = creditFloor(offer.partner, input.currency);
    const attempt = (order.claim?.attempt ?? 0) + 1;
    const lotRevision = tx.durableRevision(Lot, String(lot));
    const { unitCost } = tx.load(Lot, String(lot));
    const claimed = claimOrder(order, {
      publicId,
      partner: input.partnerId,
      apiKey: input.apiKeyId,
      reference: input.order,
      surface: context.surface,
      language: input.language,
      currency: input.currency,
      wallet,
      walletRevision: tx.durableRevision(Wallet, wallet),
      floor: floor === null ? null : floor.toString(),
      hold: `sale:${id}:${attempt}`,
      reservation: null,
      lines: [
        {
          line: 1,
          facts: offer.facts,
          units: [{ unit: 1, source: { kind: 'stock', lot, lotRevision }, unitCost }],
        },
      ],
      ...deliveryFields(tx, this.desk, delivery),
      deadline: isoTime(tx.nowMs + CLAIM_PATIENCE_MS),
    });
    if (isRejection(claimed)) throw new Error(`a reference that was just found free: ${claimed.code}`);
    return claimed;
  }

  private answer(
    order: OrderState,
    packageId: string | undefined,
  ): { unit: SoldUnit; claim: OrderClaim } | Rejection<OrderingRejection> {
    const { claim } = order;
    const unit = order.units[0];
    const samePackage = claim?.lines[0]?.facts.package === packageId;
    if (order.status !== 'confirmed' || !claim || !unit || !samePackage) return reject('OrderAlreadyExists');
    return { unit, claim };
  }
}
