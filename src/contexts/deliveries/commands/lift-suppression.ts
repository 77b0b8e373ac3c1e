import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type CommandContext, Executor } from '../../../platform/execution/transaction.js';
import { type Rejection, reject } from '../../../platform/kernel/rejection.js';
import { lift, Suppression } from '../domain/suppression.js';
import type { DeliveryRejection } from '../rejections.js';

/** Lets an address be written to again. */
export class LiftSuppression extends Command<null | Rejection<DeliveryRejection>> {
  constructor(
    readonly context: CommandContext,
    /** Keyed hash of the address. */
    readonly hash: string,
  ) {
    super();
  }
}

@CommandHandler(LiftSuppression)
export class LiftSuppressionHandler implements ICommandHandler<LiftSuppression> {
  constructor(private readonly executor: Executor) {}

  execute({ context, hash }: LiftSuppression): Promise<null | Rejection<DeliveryRejection>> {
    return this.executor.run(context, (tx) => {
      const state = tx.load(Suppression, hash);
      if (!state.isSuppressed) return reject('SuppressionNotFound');
      tx.append(Suppression, hash, lift(state));
      return null;
    });
  }
}
