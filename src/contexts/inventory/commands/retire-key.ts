import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type CommandContext, Executor } from '../../../platform/execution/transaction.js';
import type { Rejection } from '../../../platform/kernel/rejection.js';
import { type KeyHandlingRejection, retireKey } from '../domain/key-handling.decider.js';
import { handleKey } from './handle-key.js';

/** Takes a key off sale for good. Null: done, or done before. */
export class RetireKey extends Command<Rejection<KeyHandlingRejection> | null> {
  constructor(
    readonly context: CommandContext,
    readonly keyId: number,
    readonly reason: string,
  ) {
    super();
  }
}

@CommandHandler(RetireKey)
export class RetireKeyHandler implements ICommandHandler<RetireKey> {
  constructor(private readonly executor: Executor) {}

  execute({ context, keyId, reason }: RetireKey): Promise<Rejection<KeyHandlingRejection> | null> {
    return this.executor.run(context, (tx) =>
      handleKey(tx, keyId, (lot, slot) => retireKey(lot, { slot, reason })),
    );
  }
}
