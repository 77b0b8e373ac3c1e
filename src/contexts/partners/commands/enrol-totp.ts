import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type CommandContext, Executor } from '../../../platform/execution/transaction.js';
import { isRejection, type Rejection } from '../../../platform/kernel/rejection.js';
import { newTotpSecret, otpauthUri } from '../../../platform/security/totp.js';
import { AccountSecrets } from '../accounts/account-secrets.js';
import { enrolTotp } from '../domain/staff.decider.js';
import { Staff } from '../domain/staff.js';
import type { PartnerRejectionCode } from '../rejections.js';

const ISSUER = 'KeyForge';

/** In clear, to be shown once. */
export interface EnrolledTotp {
  /** Base32. */
  readonly secret: string;
  readonly otpauthUri: string;
}

/** Gives a member of the staff a secret for an authenticator app. It counts once a code of it is confirmed. */
export class EnrolTotp extends Command<EnrolledTotp | Rejection<PartnerRejectionCode>> {
  constructor(
    readonly context: CommandContext,
    readonly staffId: string,
  ) {
    super();
  }
}

@CommandHandler(EnrolTotp)
export class EnrolTotpHandler implements ICommandHandler<EnrolTotp> {
  constructor(
    private readonly executor: Executor,
    private readonly secrets: AccountSecrets,
  ) {}

  async execute({ context, staffId }: EnrolTotp): Promise<EnrolledTotp | Rejection<PartnerRejectionCode>> {
    const secret = newTotpSecret();
    const account = { kind: 'staff' as const, id: staffId };
    const sealed = await this.secrets.sealTotp(account, `${context.commandId}/totp`, secret);
    return this.executor.run(context, (tx) => {
      const decided = enrolTotp(tx.load(Staff, staffId), sealed);
      if (isRejection(decided)) return decided;
      const { login } = tx.append(Staff, staffId, decided);
      return { secret, otpauthUri: otpauthUri(secret, login, ISSUER) };
    });
  }
}
