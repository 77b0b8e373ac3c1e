import { Injectable } from '@nestjs/common';
import {
  type CommandContext,
  Executor,
  type Transaction,
  type Work,
} from '../../../platform/execution/transaction.js';
import { Ids } from '../../../platform/kernel/ids.js';
import type { Currency, Money } from '../../../platform/kernel/money.js';
import { isRejection, type Rejection } from '../../../platform/kernel/rejection.js';
import { creditFloor, type PartnerState } from '../../partners/index.js';
import { availableMinor, Wallet } from '../../wallets/index.js';
import { STOCK_LOOKS } from '../limits.js';
import {
  CustomerSecrets,
  type KeyText,
  KeyTextReader,
  OrderNumbers,
  PackageDirectory,
  SaleSettings,
  StockCandidates,
  Suppressions,
} from '../ports.js';
import type { OrderingRejection } from '../rejections.js';
import { LotToBeLookedAt, ReadableLots } from './readable-lots.js';
import { endOverdueReservations } from './reservations.js';

/** What every sale command needs. */
@Injectable()
export class SaleDesk {
  readonly readableLots: ReadableLots;

  constructor(
    readonly executor: Executor,
    readonly ids: Ids,
    readonly packages: PackageDirectory,
    readonly stock: StockCandidates,
    readonly keyTexts: KeyTextReader,
    readonly customers: CustomerSecrets,
    readonly orderNumbers: OrderNumbers,
    readonly settings: SaleSettings,
    readonly suppressions: Suppressions,
  ) {
    this.readableLots = new ReadableLots(keyTexts);
  }

  /** Runs work that takes a key from stock, and again when a lot was looked at that it would take one from. */
  async lookingAtLots<R>(context: CommandContext, work: Work<R>): Promise<R> {
    for (;;) {
      try {
        return await this.executor.advance(context, work);
      } catch (error) {
        if (!(error instanceof LotToBeLookedAt)) throw error;
        await error.looked;
      }
    }
  }

  /**
   * Runs work that takes a key from stock, and again where stock seems to be out: which lots have keys is known from an
   * index, and what came free before the call must be found. Not only once: while it looks at one lot, the last key of that one
   * may be taken and another one come free.
   */
  async takingStock<R>(
    context: CommandContext,
    work: Work<R | Rejection<OrderingRejection>>,
  ): Promise<R | Rejection<OrderingRejection>> {
    for (let look = 1; ; look += 1) {
      const taken = await this.lookingAtLots(context, work);
      const isOut = isRejection(taken) && taken.code === 'OutOfStock';
      if (!isOut || look === STOCK_LOOKS || !(await this.stock.catchUp())) return taken;
    }
  }

  /**
   * The text of a key that this command has just sold or held. A store that cannot be read says "nothing happened" of
   * its own reading; of the sale that would be wrong by now, so that its error goes on as a cause alone.
   */
  async readKey({ lot, slot }: { readonly lot: number; readonly slot: number }): Promise<KeyText> {
    try {
      return await this.keyTexts.read(lot, slot);
    } catch (cause) {
      throw new Error(`the text of slot ${slot} in lot ${lot} cannot be read`, { cause });
    }
  }
}

/** Whether the wallet can pay now; overdue reservations are ended before the answer is no. */
export function canPay(
  tx: Transaction,
  desk: SaleDesk,
  request: { walletId: string; partner: PartnerState; price: Money },
): boolean {
  const { walletId, partner, price } = request;
  const floor = creditFloor(partner, price.currency as Currency);
  const covered = (): boolean =>
    floor === null || availableMinor(tx.load(Wallet, walletId)) - price.amountMinor >= floor;
  while (!covered()) if (!endOverdueReservations(tx, walletId, desk.settings)) return false;
  return true;
}
