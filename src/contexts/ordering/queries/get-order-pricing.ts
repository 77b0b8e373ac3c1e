import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { type CommandContext, Executor } from '../../../platform/execution/transaction.js';
import type { StoredMoney } from '../../../platform/kernel/money.js';
import { Order, type OrderState } from '../domain/order.js';
import type { PriceFacts } from '../events/order.events.js';

/** How the price of one unit came about, and what the key that it has now cost. */
export interface UnitPricing {
  readonly unit: number;
  readonly facts: PriceFacts;
  readonly unitCost: StoredMoney | null;
}

/** The pricing of an order's units, read from its stream; empty if there is no such order. */
export class GetOrderPricing extends Query<readonly UnitPricing[]> {
  constructor(
    readonly context: CommandContext,
    /** Id of the order's stream. */
    readonly orderId: string,
  ) {
    super();
  }
}

@QueryHandler(GetOrderPricing)
export class GetOrderPricingHandler implements IQueryHandler<GetOrderPricing> {
  constructor(private readonly executor: Executor) {}

  execute({ context, orderId }: GetOrderPricing): Promise<readonly UnitPricing[]> {
    return this.executor.run(context, (tx) => pricingOf(tx.load(Order, orderId)));
  }
}

function pricingOf({ claim, replaced }: OrderState): UnitPricing[] {
  return (claim?.lines ?? []).flatMap(({ facts, units }) =>
    units.map(({ unit, unitCost }) => {
      const latest = replaced.findLast(({ by }) => by.unit === unit);
      return { unit, facts, unitCost: latest ? latest.unitCost : unitCost };
    }),
  );
}
