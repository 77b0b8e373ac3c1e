import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type CommandContext, Executor } from '../../../platform/execution/transaction.js';
import type { Rejection } from '../../../platform/kernel/rejection.js';
import { type KeyHandlingRejection, quarantineKey } from '../domain/key-handling.decider.js';
import { handleKey } from './handle-key.js';

/** Takes a free key off sale until it is retired. Null: done, or done before. */
export class QuarantineKey extends Command<Rejection<KeyHandlingRejection> | null> {
  constructor(
    readonly context: CommandContext,
    readonly keyId: number,
    readonly reason: string,
  ) {
    super();
  }
}

@CommandHandler(QuarantineKey)
export class QuarantineKeyHandler implements ICommandHandler<QuarantineKey> {
  constructor(private readonly executor: Executor) {}

  execute({ context, keyId, reason }: QuarantineKey): Promise<Rejection<KeyHandlingRejection> | null> {
    return this.executor.run(context, (tx) =>
      handleKey(tx, keyId, (lot, slot) => quarantineKey(lot, { slot, reason })),
    );
  }
}
