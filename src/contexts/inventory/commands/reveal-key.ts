import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type CommandContext, Executor } from '../../../platform/execution/transaction.js';
import type { Rejection } from '../../../platform/kernel/rejection.js';
import { type KeyHandlingRejection, revealKey } from '../domain/key-handling.decider.js';
import { placeOfKey } from '../domain/key-number.js';
import { KeyTexts } from '../queries/key-texts.js';
import { handleKey } from './handle-key.js';

/** Answers a key's text to somebody other than its buyer. That is on record before the text is read. */
export class RevealKey extends Command<string | Rejection<KeyHandlingRejection>> {
  constructor(
    readonly context: CommandContext,
    readonly keyId: number,
  ) {
    super();
  }
}

@CommandHandler(RevealKey)
export class RevealKeyHandler implements ICommandHandler<RevealKey> {
  constructor(
    private readonly executor: Executor,
    private readonly texts: KeyTexts,
  ) {}

  async execute({ context, keyId }: RevealKey): Promise<string | Rejection<KeyHandlingRejection>> {
    const by = `${context.actor.kind}:${context.actor.id}`;
    const refused = await this.executor.run(context, (tx) =>
      handleKey(tx, keyId, (lot, slot) => revealKey(lot, { slot, by })),
    );
    if (refused) return refused;
    const { lot, slot } = placeOfKey(keyId);
    return (await this.texts.read(lot, slot)).text;
  }
}
