import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type CommandContext, Executor } from '../../../platform/execution/transaction.js';
import { isRejection } from '../../../platform/kernel/rejection.js';
import { setAccess } from '../domain/partner.decider.js';
import { Partner } from '../domain/partner.js';
import type { PartnerAccess } from '../events/partner.events.js';
import type { PartnerResult } from './partner-result.js';

/** Sets all that a partner may buy. */
export class SetPartnerAccess extends Command<PartnerResult> {
  constructor(
    readonly context: CommandContext,
    readonly partnerId: string,
    readonly access: PartnerAccess,
  ) {
    super();
  }
}

@CommandHandler(SetPartnerAccess)
export class SetPartnerAccessHandler implements ICommandHandler<SetPartnerAccess> {
  constructor(private readonly executor: Executor) {}

  execute({ context, partnerId, access }: SetPartnerAccess): Promise<PartnerResult> {
    return this.executor.run(context, (tx) => {
      const decided = setAccess(tx.load(Partner, partnerId), access);
      if (isRejection(decided)) return decided;
      return { partnerId, partner: tx.append(Partner, partnerId, decided) };
    });
  }
}
