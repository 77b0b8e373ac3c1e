import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type CommandContext, Executor } from '../../../platform/execution/transaction.js';
import type { Rejection } from '../../../platform/kernel/rejection.js';
import {
  type BalanceAfter,
  TopUp,
  type TopUpBalanceInput,
  type TopUpRejection,
  topUp,
  topUpId,
} from '../../wallets/index.js';
import { refusal } from '../domain/partner.decider.js';
import { Partner } from '../domain/partner.js';
import type { PartnerRejectionCode } from '../rejections.js';

/**
 * A top-up of a partner's balance, see `TopUpBalance`. Nothing new is paid in for a deleted partner; a reference that was
 * paid in before is answered as ever.
 */
export class TopUpPartner extends Command<BalanceAfter | Rejection<TopUpRejection | PartnerRejectionCode>> {
  constructor(
    readonly context: CommandContext,
    readonly input: TopUpBalanceInput,
  ) {
    super();
  }
}

@CommandHandler(TopUpPartner)
export class TopUpPartnerHandler implements ICommandHandler<TopUpPartner> {
  constructor(private readonly executor: Executor) {}

  execute({
    context,
    input,
  }: TopUpPartner): Promise<BalanceAfter | Rejection<TopUpRejection | PartnerRejectionCode>> {
    return this.executor.advance(context, (tx) => {
      const isNew = tx.load(TopUp, topUpId(input.ownerId, input.reference)).status === 'none';
      return (isNew && refusal(tx.load(Partner, input.ownerId))) || topUp(tx, input);
    });
  }
}
