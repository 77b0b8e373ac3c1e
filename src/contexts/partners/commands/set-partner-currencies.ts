import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type CommandContext, Executor } from '../../../platform/execution/transaction.js';
import { isRejection } from '../../../platform/kernel/rejection.js';
import { setCurrencies } from '../domain/partner.decider.js';
import { Partner } from '../domain/partner.js';
import type { PartnerCurrencies } from '../events/partner.events.js';
import type { PartnerResult } from './partner-result.js';

/** Sets the named parts of a partner's currency settings and leaves the others. */
export class SetPartnerCurrencies extends Command<PartnerResult> {
  constructor(
    readonly context: CommandContext,
    readonly partnerId: string,
    readonly currencies: Partial<PartnerCurrencies>,
  ) {
    super();
  }
}

@CommandHandler(SetPartnerCurrencies)
export class SetPartnerCurrenciesHandler implements ICommandHandler<SetPartnerCurrencies> {
  constructor(private readonly executor: Executor) {}

  execute({ context, partnerId, currencies }: SetPartnerCurrencies): Promise<PartnerResult> {
    return this.executor.run(context, (tx) => {
      const decided = setCurrencies(tx.load(Partner, partnerId), currencies);
      if (isRejection(decided)) return decided;
      return { partnerId, partner: tx.append(Partner, partnerId, decided) };
    });
  }
}
