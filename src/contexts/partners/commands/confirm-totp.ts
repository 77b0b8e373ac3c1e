import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type CommandContext, Executor } from '../../../platform/execution/transaction.js';
import { isRejection, reject } from '../../../platform/kernel/rejection.js';
import { StaffTotp } from '../accounts/staff-totp.js';
import { confirmTotp } from '../domain/staff.decider.js';
import { needsTotp, Staff } from '../domain/staff.js';
import type { StaffResult } from './register-staff.js';

/** Proves that the authenticator app has the secret: from now on a login needs a code of it. */
export class ConfirmTotp extends Command<StaffResult> {
  constructor(
    readonly context: CommandContext,
    readonly staffId: string,
    readonly code: string,
  ) {
    super();
  }
}

@CommandHandler(ConfirmTotp)
export class ConfirmTotpHandler implements ICommandHandler<ConfirmTotp> {
  constructor(
    private readonly executor: Executor,
    private readonly totp: StaffTotp,
  ) {}

  async execute({ context, staffId, code }: ConfirmTotp): Promise<StaffResult> {
    const before = await this.executor.run(context, (tx) => tx.load(Staff, staffId));
    if (needsTotp(before)) return reject('TotpEnabled');
    if (!before.totp) return reject('TotpNotEnrolled');
    const proof = await this.totp.prove(staffId, before.totp, code);
    if (isRejection(proof)) return proof;
    return this.executor.run(context, (tx) => {
      const decided = confirmTotp(tx.load(Staff, staffId), proof);
      return isRejection(decided) ? decided : { staffId, staff: tx.append(Staff, staffId, decided) };
    });
  }
}
