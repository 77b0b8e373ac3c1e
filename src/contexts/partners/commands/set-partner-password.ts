import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '../../../platform/execution/transaction.js';
import type { PartnerResult } from './partner-result.js';
import { UpdatePartner, UpdatePartnerHandler } from './update-partner.js';

/** Sets a partner's password; the one before is valid no more. */
export class SetPartnerPassword extends Command<PartnerResult> {
  constructor(
    readonly context: CommandContext,
    readonly partnerId: string,
    readonly password: string,
  ) {
    super();
  }
}

@CommandHandler(SetPartnerPassword)
export class SetPartnerPasswordHandler implements ICommandHandler<SetPartnerPassword> {
  constructor(private readonly updates: UpdatePartnerHandler) {}

  execute({ context, partnerId, password }: SetPartnerPassword): Promise<PartnerResult> {
    return this.updates.execute(new UpdatePartner(context, partnerId, { password }));
  }
}
