import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type CommandContext, Executor, type Transaction } from '../../../platform/execution/transaction.js';
import { isRejection, type Rejection, reject } from '../../../platform/kernel/rejection.js';
import { type KeyHandlingRejection, retireKey } from '../domain/key-handling.decider.js';
import { placeOfKey } from '../domain/key-number.js';
import { Lot } from '../domain/lot.js';
import { KEYS_PER_COMMAND } from '../limits.js';
import { inBatches, type LotShare } from './lot-batches.js';

export interface KeysRetired {
  readonly retired: number;
  /** In the order of the command's keys; `KeyIsRetired`: it was before. */
  readonly skipped: readonly { readonly keyId: number; readonly reason: KeyHandlingRejection }[];
}

/** Takes many keys off sale for good, lot by lot. Those that cannot be are left as they are. */
export class RetireKeys extends Command<KeysRetired | Rejection<'TooManyKeys'>> {
  constructor(
    readonly context: CommandContext,
    /** Permanent ids, each once. */
    readonly keyIds: readonly number[],
    readonly reason: string,
  ) {
    super();
  }
}

@CommandHandler(RetireKeys)
export class RetireKeysHandler implements ICommandHandler<RetireKeys> {
  constructor(private readonly executor: Executor) {}

  async execute({ context, keyIds, reason }: RetireKeys): Promise<KeysRetired | Rejection<'TooManyKeys'>> {
    if (keyIds.length > KEYS_PER_COMMAND) return reject('TooManyKeys', { limit: KEYS_PER_COMMAND });
    const skipped = new Map<number, KeyHandlingRejection>();
    for (const lots of inBatches(byLot(keyIds))) {
      const refused = await this.executor.run(context, (tx) =>
        lots.flatMap(({ lot, keyIds: ofLot }) => retireOf(tx, lot, ofLot, reason)),
      );
      for (const [keyId, code] of refused) skipped.set(keyId, code);
    }
    const inOrder = keyIds.flatMap((keyId) => {
      const code = skipped.get(keyId);
      return code ? [{ keyId, reason: code }] : [];
    });
    return { retired: keyIds.length - inOrder.length, skipped: inOrder };
  }
}

/** Retires keys of one lot, and answers which it did not. */
function retireOf(
  tx: Transaction,
  lot: number,
  keyIds: readonly number[],
  reason: string,
): (readonly [keyId: number, code: KeyHandlingRejection])[] {
  const state = tx.load(Lot, String(lot));
  const refused: (readonly [number, KeyHandlingRejection])[] = [];
  const events = keyIds.flatMap((keyId) => {
    const decided = retireKey(state, { slot: placeOfKey(keyId).slot, reason });
    if (isRejection(decided)) refused.push([keyId, decided.code]);
    else if (decided.length === 0) refused.push([keyId, 'KeyIsRetired']);
    return isRejection(decided) ? [] : decided;
  });
  tx.append(Lot, String(lot), events);
  return refused;
}

interface KeysOfLot extends LotShare {
  readonly keyIds: readonly number[];
}

function byLot(keyIds: readonly number[]): KeysOfLot[] {
  const lots = new Map<number, number[]>();
  for (const keyId of keyIds) {
    const { lot } = placeOfKey(keyId);
    const others = lots.get(lot);
    if (others) others.push(keyId);
    else lots.set(lot, [keyId]);
  }
  return [...lots].map(([lot, ofLot]) => ({ lot, keys: ofLot.length, keyIds: ofLot }));
}
