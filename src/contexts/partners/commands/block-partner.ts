import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type CommandContext, Executor } from '../../../platform/execution/transaction.js';
import { isRejection } from '../../../platform/kernel/rejection.js';
import { blockPartner } from '../domain/partner.decider.js';
import { Partner } from '../domain/partner.js';
import type { PartnerResult } from './partner-result.js';

/** Blocks a partner: within a second nothing is sold to it on any node, and its tokens are void. */
export class BlockPartner extends Command<PartnerResult> {
  constructor(
    readonly context: CommandContext,
    readonly partnerId: string,
    readonly reason: string | null,
  ) {
    super();
  }
}

@CommandHandler(BlockPartner)
export class BlockPartnerHandler implements ICommandHandler<BlockPartner> {
  constructor(private readonly executor: Executor) {}

  execute({ context, partnerId, reason }: BlockPartner): Promise<PartnerResult> {
    return this.executor.run(context, (tx) => {
      const decided = blockPartner(tx.load(Partner, partnerId), reason);
      if (isRejection(decided)) return decided;
      return { partnerId, partner: tx.append(Partner, partnerId, decided) };
    });
  }
}
