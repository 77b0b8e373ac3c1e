import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type CommandContext, Executor } from '../../../platform/execution/transaction.js';
import { CURRENCY_EXPONENTS, type Currency } from '../../../platform/kernel/money.js';
import { isRejection } from '../../../platform/kernel/rejection.js';
import { Wallet, walletId } from '../../wallets/index.js';
import { deletePartner } from '../domain/partner.decider.js';
import { Partner } from '../domain/partner.js';
import type { PartnerResult } from './partner-result.js';

const CURRENCIES = Object.keys(CURRENCY_EXPONENTS) as Currency[];

/** Blocks a partner for ever. Its login, its references and its balances stay what they are. */
export class DeletePartner extends Command<PartnerResult> {
  constructor(
    readonly context: CommandContext,
    readonly partnerId: string,
  ) {
    super();
  }
}

@CommandHandler(DeletePartner)
export class DeletePartnerHandler implements ICommandHandler<DeletePartner> {
  constructor(private readonly executor: Executor) {}

  execute({ context, partnerId }: DeletePartner): Promise<PartnerResult> {
    return this.executor.run(context, (tx) => {
      const openHolds = CURRENCIES.reduce(
        (sum, currency) => sum + tx.load(Wallet, walletId(partnerId, 'main', currency)).holds.size,
        0,
      );
      const decided = deletePartner(tx.load(Partner, partnerId), openHolds);
      if (isRejection(decided)) return decided;
      return { partnerId, partner: tx.append(Partner, partnerId, decided) };
    });
  }
}
