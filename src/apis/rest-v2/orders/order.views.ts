import { Injectable } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import type { PackageDocument } from '../../../../projections/catalog/packages.projection.js';
import type { ProductDocument } from '../../../../projections/catalog/products.projection.js';
import type { KeyDocument } from '../../../../projections/inventory/keys.projection.js';
import type { OrderDocument } from '../../../../projections/ordering/orders.projection.js';
import type { PartnerDocument } from '../../../../projections/partners/partners.projection.js';
import { GetOrderPricing } from '../../../contexts/ordering/index.js';
import type { CommandContext } from '../../../platform/execution/transaction.js';
import { type Currency, divideHalfEven, type StoredMoney } from '../../../platform/kernel/money.js';
import { ReadModels } from '../../../platform/projections/read-models.js';
import { numberOf } from '../amounts.js';
import { DeliveryViews } from '../deliveries/delivery.views.js';

const MASKED = '********';

const amountOf = (amount: string | null, currency: Currency): number | null =>
  amount === null ? null : numberOf({ amount, currency });

/** How orders look outside. Their keys are masked. */
@Injectable()
export class OrderViews {
  constructor(
    private readonly models: ReadModels,
    private readonly queries: QueryBus,
    private readonly deliveries: DeliveryViews,
  ) {}

  /** As lists show it. The documents that it names are there even when they were deleted. */
  async order(order: OrderDocument) {
    const unit = order.units[0];
    const [partner, product, pkg] = await Promise.all([
      this.models.get<PartnerDocument>('partners', order.partnerId),
      unit ? this.models.get<ProductDocument>('products', unit.productId) : null,
      unit ? this.models.get<PackageDocument>('packages', unit.packageId) : null,
    ]);
    return {
      id: order.id,
      order_id: order.reference,
      status: order.status,
      partner_id: partner?.id ?? null,
      partner: partner?.name ?? null,
      product_id: product?.id ?? null,
      product: product?.names.en ?? null,
      package_id: pkg?.id ?? null,
      package: pkg?.names.en ?? null,
      key_id: unit?.keyId ?? null,
      price: numberOf({ amount: order.amount, currency: order.currency }),
      currency: order.currency,
      amount_azn: amountOf(order.amountAzn, 'AZN'),
      surface: order.surface,
      created_at: order.createdAt,
      confirmed_at: order.confirmedAt,
      closed_at: order.closedAt,
      updated_at: order.updatedAt,
    };
  }

  /** With its key, how its price came about, and what happened to it; what it cost is for the staff alone. */
  async details(order: OrderDocument, context: CommandContext, forStaff: boolean) {
    const [priced] = await this.queries.execute(new GetOrderPricing(context, String(order._id)));
    const unit = order.units[0];
    const keyId = unit?.keyId ?? null;
    const key = keyId === null ? null : await this.models.get<KeyDocument>('keys', keyId);
    const list = priced?.facts.listPrice;
    return {
      ...(await this.order(order)),
      key: key && { id: Number(key._id), key_text: MASKED, serial_number: key.serial },
      replaced_keys: order.replacedKeys.map(({ keyId: id, at }) => ({ id, replaced_at: at })),
      pricing: {
        list_price: list ? numberOf(list) : null,
        list_currency: list?.currency ?? null,
        rules: priced?.facts.rules ?? [],
        price: numberOf({ amount: order.amount, currency: order.currency }),
        currency: order.currency,
        amount_azn: amountOf(order.amountAzn, 'AZN'),
        commission: numberOf({ amount: order.commission, currency: order.currency }),
        ...(forStaff ? costOf(order, priced?.unitCost ?? null) : {}),
      },
      delivery: await this.deliveries.ofOrder(String(order._id)),
      history: historyOf(order),
    };
  }
}

/** The unit's cost, and what is left of the price after it and the commission, in the currency of the cost. */
function costOf(order: OrderDocument, cost: StoredMoney | null) {
  const net = cost && netIn(cost.currency, order);
  return {
    cost: cost && numberOf(cost),
    cost_currency: cost?.currency ?? null,
    margin: cost && net !== null ? marginOf(net, cost) : null,
  };
}

const marginOf = (netMinor: bigint, { amount, currency }: StoredMoney): number =>
  numberOf({ amount: (netMinor - BigInt(amount)).toString(), currency });

/** Price less commission, minor units; null where the order has no amount in that currency. */
function netIn(currency: Currency, order: OrderDocument): bigint | null {
  const amount = BigInt(order.amount);
  const net = amount - BigInt(order.commission);
  if (currency === order.currency) return net;
  if (currency !== 'AZN' || order.amountAzn === null || amount === 0n) return null;
  return divideHalfEven(BigInt(order.amountAzn) * net, amount);
}

function historyOf(order: OrderDocument): { status: string; at: string }[] {
  const { createdAt, confirmedAt, closedAt, status, replacedKeys } = order;
  return [
    { status: 'pending', at: createdAt },
    ...(confirmedAt === null ? [] : [{ status: 'confirmed', at: confirmedAt }]),
    ...replacedKeys.map(({ at }) => ({ status: 'key_replaced', at })),
    ...(closedAt === null ? [] : [{ status, at: closedAt }]),
  ];
}
