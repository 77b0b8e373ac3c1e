import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { type CommandContext, Executor } from '../../../platform/execution/transaction.js';
import { Order } from '../domain/order.js';
import type { PriceFacts } from '../events/order.events.js';

/** How the price of each line of an order came about, read from the order's stream; empty if there is no such order. */
export class GetPriceFacts extends Query<readonly PriceFacts[]> {
  constructor(
    readonly context: CommandContext,
    /** Id of the order's stream. */
    readonly orderId: string,
  ) {
    super();
  }
}

@QueryHandler(GetPriceFacts)
export class GetPriceFactsHandler implements IQueryHandler<GetPriceFacts> {
  constructor(private readonly executor: Executor) {}

  execute({ context, orderId }: GetPriceFacts): Promise<readonly PriceFacts[]> {
    return this.executor.run(context, (tx) =>
      (tx.load(Order, orderId).claim?.lines ?? []).map(({ facts }) => facts),
    );
  }
}
