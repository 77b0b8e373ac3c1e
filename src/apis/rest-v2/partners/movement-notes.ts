import { Injectable } from '@nestjs/common';
import type { MovementDocument } from '../../../../projections/wallets/movements.projection.js';
import { adjustmentId, type CounterAccount, topUpId } from '../../../contexts/wallets/index.js';
import { sealedPlace, Vault, VaultError } from '../../../platform/security/vault.js';

/** What the staff wrote about a movement stands in the stream that claimed it. */
const PLACES = {
  topups: (id: string) => sealedPlace(`topup-${id}`, 'comment'),
  adjustments: (id: string) => sealedPlace(`adjustment-${id}`, 'reason'),
} satisfies Partial<Record<CounterAccount, (id: string) => string>>;

type NotedMovement = Pick<MovementDocument, 'counter' | 'ownerId' | 'reference' | 'comment'>;

/** Notes may say anything about anybody: they are stored under the partner's own data key. */
@Injectable()
export class MovementNotes {
  constructor(private readonly vault: Vault) {}

  async seal(account: keyof typeof PLACES, id: string, ownerId: string, text: string): Promise<string> {
    return this.vault.sealUnder(`account-${ownerId}`, PLACES[account](id), text);
  }

  /** Null if there is none, or none any more. */
  async open({ counter, ownerId, reference, comment }: NotedMovement): Promise<string | null> {
    // Empty comments were once stored as they came.
    if (!comment || reference === null) return null;
    if (counter !== 'topups' && counter !== 'adjustments') return null;
    const id = counter === 'topups' ? topUpId(ownerId, reference) : adjustmentId(ownerId, reference);
    try {
      return await this.vault.open(comment, PLACES[counter](id));
    } catch (error) {
      if (error instanceof VaultError && error.code === 'Erased') return null;
      throw error;
    }
  }
}
