import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext, Transaction } from '../../../platform/execution/transaction.js';
import { isoTime } from '../../../platform/kernel/clock.js';
import { isRejection, type Rejection, reject } from '../../../platform/kernel/rejection.js';
import { Lot, parseKeyNumber } from '../../inventory/index.js';
import { claimReplacement } from '../domain/order.decider.js';
import { Order, type OrderState } from '../domain/order.js';
import type { PlannedUnit, SoldUnit } from '../events/order.events.js';
import { ATTEMPTS_PER_DECISION, CLAIM_PATIENCE_MS } from '../limits.js';
import type { OrderingRejection } from '../rejections.js';
import { advanceReplacement } from './advance-replacement.js';
import { lotWithStock } from './offer.js';
import { SaleDesk } from './sale-desk.js';

export interface ReplaceKeyInput {
  /** Id of the order's stream. */
  readonly orderId: string;
  /** Number of the key that does not work; null: the only one that the order ever had. */
  readonly keyNumber: string | null;
}

/**
 * Gives a confirmed order another key of the same package in place of a faulty one, which is quarantined. No money
 * moves; whether the package is offered at the moment does not matter.
 */
export class ReplaceKey extends Command<SoldUnit | Rejection<OrderingRejection>> {
  constructor(
    readonly context: CommandContext,
    readonly input: ReplaceKeyInput,
  ) {
    super();
  }
}

@CommandHandler(ReplaceKey)
export class ReplaceKeyHandler implements ICommandHandler<ReplaceKey> {
  constructor(private readonly desk: SaleDesk) {}

  execute({ context, input }: ReplaceKey): Promise<SoldUnit | Rejection<OrderingRejection>> {
    return this.desk.lookingAtLots(context, (tx) => this.replace(tx, context.commandId, input));
  }

  private replace(
    tx: Transaction,
    command: string,
    { orderId, keyNumber }: ReplaceKeyInput,
  ): SoldUnit | Rejection<OrderingRejection> {
    for (let attempt = 0; attempt < ATTEMPTS_PER_DECISION; attempt += 1) {
      advanceReplacement(tx, orderId, 'finish', this.desk.settings);
      const order = tx.load(Order, orderId);
      const done = order.replaced.find((replacement) => replacement.command === command);
      if (done) return done.by;
      if (order.status === 'none') return reject('OrderNotFound');
      if (order.status !== 'confirmed') return reject('OrderNotConfirmed');
      if (keyNumber === null && !hasOneKey(order)) return reject('KeyNotNamed');
      const faulty = unitOf(order, keyNumber);
      if (!faulty) return reject('KeyNotInOrder');
      const unit = this.plan(tx, order, faulty);
      if (!unit) return reject('OutOfStock');
      const deadline = isoTime(tx.nowMs + CLAIM_PATIENCE_MS);
      const claimed = claimReplacement(order, { command, unit, deadline });
      if (isRejection(claimed)) return reject(claimed.code as OrderingRejection);
      tx.append(Order, orderId, claimed);
    }
    throw new Error('no lot kept its stock within one decision');
  }

  private plan(tx: Transaction, order: OrderState, { unit }: SoldUnit): PlannedUnit | null {
    const line = order.claim?.lines.find(({ units }) => units.some((planned) => planned.unit === unit));
    if (!line) return null;
    const lot = lotWithStock(tx, this.desk, line.facts.package);
    if (lot === null) return null;
    const lotRevision = tx.durableRevision(Lot, String(lot));
    const { unitCost } = tx.load(Lot, String(lot));
    return { unit, source: { kind: 'stock', lot, lotRevision }, unitCost };
  }
}

/** Of one that was replaced, whoever asks without its number may mean the key of before: two at once would replace twice. */
const hasOneKey = ({ units, replaced }: OrderState): boolean => units.length === 1 && replaced.length === 0;

/** The unit that has the key, by any of its numbers; without one, the only unit. */
function unitOf({ units }: OrderState, keyNumber: string | null): SoldUnit | undefined {
  if (keyNumber === null) return units[0];
  const place = parseKeyNumber(keyNumber);
  return units.find(({ lot, slot }) => lot === place?.lot && slot === place.slot);
}
