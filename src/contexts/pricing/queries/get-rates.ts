import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { type CommandContext, Executor } from '../../../platform/execution/transaction.js';
import { RATES_ID, Rates, type RatesState } from '../domain/rates.js';

/** All current rates, read from their stream. */
export class GetRates extends Query<RatesState> {
  constructor(readonly context: CommandContext) {
    super();
  }
}

@QueryHandler(GetRates)
export class GetRatesHandler implements IQueryHandler<GetRates> {
  constructor(private readonly executor: Executor) {}

  execute({ context }: GetRates): Promise<RatesState> {
    return this.executor.run(context, (tx) => tx.load(Rates, RATES_ID));
  }
}
