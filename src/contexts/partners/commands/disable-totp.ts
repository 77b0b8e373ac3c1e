import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type CommandContext, Executor } from '../../../platform/execution/transaction.js';
import { isRejection, reject } from '../../../platform/kernel/rejection.js';
import { StaffTotp } from '../accounts/staff-totp.js';
import { disableTotp, type StaffManager, useTotp } from '../domain/staff.decider.js';
import { needsTotp, Staff } from '../domain/staff.js';
import type { StaffResult } from './register-staff.js';
import { staffManager } from './staff-manager.js';

/** Logins need no code any more. One's own codes are given up with a code; a super_admin takes away those of others. */
export class DisableTotp extends Command<StaffResult> {
  constructor(
    readonly context: CommandContext,
    readonly staffId: string,
    /** Null for somebody else's. */
    readonly code: string | null,
  ) {
    super();
  }
}

const MAY_CLEAR: readonly (StaffManager | null)[] = ['system', 'super_admin'];

@CommandHandler(DisableTotp)
export class DisableTotpHandler implements ICommandHandler<DisableTotp> {
  constructor(
    private readonly executor: Executor,
    private readonly totp: StaffTotp,
  ) {}

  execute(command: DisableTotp): Promise<StaffResult> {
    const { context, staffId } = command;
    return context.actor.id === staffId ? this.giveUp(command) : this.clear(command);
  }

  private async giveUp({ context, staffId, code }: DisableTotp): Promise<StaffResult> {
    const before = await this.executor.run(context, (tx) => tx.load(Staff, staffId));
    if (!needsTotp(before)) return reject('TotpNotEnrolled');
    const proof = await this.totp.prove(staffId, before.totp!, code ?? '');
    if (isRejection(proof)) return proof;
    return this.executor.run(context, (tx) => {
      const used = useTotp(tx.load(Staff, staffId), proof);
      if (isRejection(used)) return reject('WrongCode');
      const disabled = disableTotp(tx.append(Staff, staffId, used), 'own_wish');
      return isRejection(disabled) ? disabled : { staffId, staff: tx.append(Staff, staffId, disabled) };
    });
  }

  private clear({ context, staffId }: DisableTotp): Promise<StaffResult> {
    return this.executor.run(context, (tx) => {
      if (!MAY_CLEAR.includes(staffManager(tx, context))) return reject('StaffForbidden');
      const disabled = disableTotp(tx.load(Staff, staffId), 'admin');
      return isRejection(disabled) ? disabled : { staffId, staff: tx.append(Staff, staffId, disabled) };
    });
  }
}
