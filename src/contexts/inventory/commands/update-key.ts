import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type CommandContext, Executor } from '../../../platform/execution/transaction.js';
import { isRejection, type Rejection } from '../../../platform/kernel/rejection.js';
import {
  changeKey,
  type KeyHandlingRejection,
  quarantineKey,
  releaseKey,
} from '../domain/key-handling.decider.js';
import { placeOfKey } from '../domain/key-number.js';
import { Lot } from '../domain/lot.js';
import { KeyPreparers } from '../intake/intake-terms.js';
import { KeyTexts } from '../queries/key-texts.js';

/** What is not given stays as it is. */
export interface KeyUpdate {
  readonly serial?: string | null | undefined;
  /** Its last day, `YYYY-MM-DD` in the business zone, or an exact time with an offset; null: never. */
  readonly expiresOn?: string | null | undefined;
  /** `quarantined` takes a free key aside, `available` brings it back. */
  readonly status?: 'available' | 'quarantined' | undefined;
}

export type UpdateKeyRejection = KeyHandlingRejection | 'InvalidSerial' | 'InvalidExpiry';

/** Corrects a key, takes it aside or brings it back, all in one append. Null: done, or so before. */
export class UpdateKey extends Command<Rejection<UpdateKeyRejection> | null> {
  constructor(
    readonly context: CommandContext,
    /** The permanent id, not a reservation's number. */
    readonly keyId: number,
    readonly update: KeyUpdate,
  ) {
    super();
  }
}

@CommandHandler(UpdateKey)
export class UpdateKeyHandler implements ICommandHandler<UpdateKey> {
  constructor(
    private readonly executor: Executor,
    private readonly texts: KeyTexts,
    private readonly preparers: KeyPreparers,
  ) {}

  async execute({ context, keyId, update }: UpdateKey): Promise<Rejection<UpdateKeyRejection> | null> {
    const { lot, slot } = placeOfKey(keyId);
    const details = this.preparers.details(update);
    if (isRejection(details)) return details;
    const { serial, expiresAt } = details;
    const isOther = serial !== undefined && serial !== (await this.serialOf(lot, slot));
    const change = { slot, expiresAt, serial: isOther ? serial : undefined };
    return this.executor.run(context, (tx) => {
      const id = String(lot);
      const state = tx.load(Lot, id);
      const changed = changeKey(state, change);
      if (isRejection(changed)) return changed;
      const moved =
        update.status === 'available'
          ? releaseKey(state, { slot, at: tx.at })
          : update.status === 'quarantined'
            ? quarantineKey(state, { slot, reason: 'taken aside' })
            : [];
      if (isRejection(moved)) return moved;
      tx.append(Lot, id, [...changed, ...moved]);
      return null;
    });
  }

  /** Undefined for a key that there is not. */
  private async serialOf(lot: number, slot: number): Promise<string | null | undefined> {
    try {
      return (await this.texts.stored(lot, slot)).serial;
    } catch (error) {
      if (error instanceof RangeError) return undefined;
      throw error;
    }
  }
}
