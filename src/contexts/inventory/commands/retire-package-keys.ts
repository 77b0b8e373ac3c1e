import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type CommandContext, Executor, type Transaction } from '../../../platform/execution/transaction.js';
import { isRejection, type Rejection, reject } from '../../../platform/kernel/rejection.js';
import { changePackage, Package } from '../../catalog/index.js';
import { retireLot } from '../domain/key-handling.decider.js';
import { Lot } from '../domain/lot.js';
import type { LotEvent } from '../events/lot.events.js';
import { inBatches, type LotShare } from './lot-batches.js';
import { PackageLots } from './package-lots.js';

export type RetirePackageKeysRejection = 'UnknownPackage' | 'KeysReserved';

export interface RetiredKeys {
  /** Keys that this command retired. */
  readonly retired: number;
}

/**
 * Takes every key of a package off sale for good, sold ones apart. None is taken while one of them is reserved.
 *
 * The package is put on hold first, so that nobody reserves a key while the lots are gone through, and stays on hold:
 * whoever asks goes on to delete it. Given again it retires what an earlier, broken run has left. A held package still
 * takes keys in: a deleted one does not, so after the deletion this is to be given once more.
 */
export class RetirePackageKeys extends Command<RetiredKeys | Rejection<RetirePackageKeysRejection>> {
  constructor(
    readonly context: CommandContext,
    /** UUID. */
    readonly packageId: string,
    readonly reason = 'package deleted',
  ) {
    super();
  }
}

@CommandHandler(RetirePackageKeys)
export class RetirePackageKeysHandler implements ICommandHandler<RetirePackageKeys> {
  constructor(
    private readonly executor: Executor,
    private readonly lots: PackageLots,
  ) {}

  async execute({
    context,
    packageId,
    reason,
  }: RetirePackageKeys): Promise<RetiredKeys | Rejection<RetirePackageKeysRejection>> {
    // Looked at before the package is touched, so that a refusal mostly leaves it as it is.
    const lots = await this.lots.of(context, packageId);
    if (await this.isReserved(context, lots)) return reject('KeysReserved');
    const hold = await this.hold(context, packageId);
    if (isRejection(hold)) return hold;
    const result = await this.retire(context, packageId, reason);
    if (isRejection(result) && hold.isNew) await this.liftHold(context, packageId);
    return result;
  }

  private async retire(
    context: CommandContext,
    packageId: string,
    reason: string,
  ): Promise<RetiredKeys | Rejection<'KeysReserved'>> {
    const lots = await this.lots.of(context, packageId);
    if (await this.isReserved(context, lots)) return reject('KeysReserved');
    let retired = 0;
    for (const batch of inBatches(lots)) {
      const decided = await this.executor.run(context, (tx) => retireLots(tx, batch, reason));
      if (isRejection(decided)) return decided;
      retired += decided;
    }
    return { retired };
  }

  private isReserved(context: CommandContext, lots: readonly LotShare[]): Promise<boolean> {
    return this.lots.some(context, lots, ({ open }) => open.size > 0);
  }

  private hold(
    context: CommandContext,
    packageId: string,
  ): Promise<{ readonly isNew: boolean } | Rejection<'UnknownPackage'>> {
    return this.executor.run(context, (tx) => {
      const pkg = tx.load(Package, packageId);
      if (!pkg.exists) return reject('UnknownPackage');
      const events = changePackage(pkg, { hold: true });
      // A deleted package is not sold anyway.
      if (isRejection(events)) return { isNew: false };
      tx.append(Package, packageId, events);
      return { isNew: events.length > 0 };
    });
  }

  private liftHold(context: CommandContext, packageId: string): Promise<void> {
    return this.executor.run(context, (tx) => {
      const events = changePackage(tx.load(Package, packageId), { hold: false });
      if (!isRejection(events)) tx.append(Package, packageId, events);
    });
  }
}

/** How many keys that were; none of any lot while one is reserved. */
function retireLots(
  tx: Transaction,
  lots: readonly LotShare[],
  reason: string,
): number | Rejection<'KeysReserved'> {
  const decided: (readonly [lot: string, events: LotEvent[]])[] = [];
  for (const { lot } of lots) {
    const events = retireLot(tx.load(Lot, String(lot)), reason);
    if (isRejection(events)) return events;
    decided.push([String(lot), events]);
  }
  for (const [lot, events] of decided) tx.append(Lot, lot, events);
  return decided.reduce((sum, [, events]) => sum + events.length, 0);
}
