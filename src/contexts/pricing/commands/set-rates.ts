import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type CommandContext, Executor } from '../../../platform/execution/transaction.js';
import { isRejection, type Rejection } from '../../../platform/kernel/rejection.js';
import { type NewRates, type PricingRejectionCode, setRates } from '../domain/rates.decider.js';
import { RATES_ID, Rates, type RatesState } from '../domain/rates.js';

/** Sets the named currencies' rates to AZN and answers all rates as they then stand. */
export class SetRates extends Command<RatesState | Rejection<PricingRejectionCode>> {
  constructor(
    readonly context: CommandContext,
    readonly newRates: NewRates,
  ) {
    super();
  }
}

@CommandHandler(SetRates)
export class SetRatesHandler implements ICommandHandler<SetRates> {
  constructor(private readonly executor: Executor) {}

  execute({ context, newRates }: SetRates): Promise<RatesState | Rejection<PricingRejectionCode>> {
    return this.executor.run(context, (tx) => {
      const decided = setRates(tx.load(Rates, RATES_ID), newRates);
      return isRejection(decided) ? decided : tx.append(Rates, RATES_ID, decided);
    });
  }
}
