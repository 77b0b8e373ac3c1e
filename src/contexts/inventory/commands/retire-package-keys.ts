import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type CommandContext, Executor, type Transaction } from '../../../platform/execution/transaction.js';
import { isRejection, type Rejection, reject } from '../../../platform/kernel/rejection.js';
import { changePackage, Package } from '../../catalog/index.js';
import { retireLot, retireUnreserved } from '../domain/key-handling.decider.js';
import { Lot, type LotState } from '../domain/lot.js';
import type { LotEvent } from '../events/lot.events.js';
import { inBatches, type LotShare } from './lot-batches.js';
import { PackageLots } from './package-lots.js';

export type RetirePackageKeysRejection = 'UnknownPackage' | 'KeysReserved';

export interface RetiredKeys {
  /** Keys that this command retired. */
  readonly retired: number;
}

/** Why a key was retired whose package is no more. */
export const PACKAGE_DELETED = 'package deleted';

/**
 * Takes every key of a package off sale for good, sold ones apart. None is taken while one of them is reserved.
 *
 * The package is put on hold first, so that nobody reserves a key while the lots are gone through, and stays on hold:
 * whoever asks goes on to delete it. Given again it retires what an earlier, broken run has left. A held package still
 * takes keys in, and a hold can be lifted: neither is so of a deleted one, so after the deletion this is to be given once more.
 * Then what is reserved all the same keeps nothing else, and is retired when it comes back.
 */
export class RetirePackageKeys extends Command<RetiredKeys | Rejection<RetirePackageKeysRejection>> {
  constructor(
    readonly context: CommandContext,
    /** UUID. */
    readonly packageId: string,
  ) {
    super();
  }
}

type Retirement = (lot: LotState) => LotEvent[] | Rejection<'KeysReserved'>;

@CommandHandler(RetirePackageKeys)
export class RetirePackageKeysHandler implements ICommandHandler<RetirePackageKeys> {
  constructor(
    private readonly executor: Executor,
    private readonly lots: PackageLots,
  ) {}

  async execute({
    context,
    packageId,
  }: RetirePackageKeys): Promise<RetiredKeys | Rejection<RetirePackageKeysRejection>> {
    const { deleted } = await this.executor.run(context, (tx) => tx.load(Package, packageId));
    if (deleted) return this.retire(context, packageId, (lot) => retireUnreserved(lot, PACKAGE_DELETED));
    // Looked at before the package is touched, so that a refusal mostly leaves it as it is.
    const lots = await this.lots.of(context, packageId);
    if (await this.isReserved(context, lots)) return reject('KeysReserved');
    const hold = await this.hold(context, packageId);
    if (isRejection(hold)) return hold;
    const result = await this.retireAll(context, packageId);
    if (isRejection(result) && hold.isNew) await this.liftHold(context, packageId);
    return result;
  }

  private async retireAll(
    context: CommandContext,
    packageId: string,
  ): Promise<RetiredKeys | Rejection<'KeysReserved'>> {
    if (await this.isReserved(context, await this.lots.of(context, packageId))) return reject('KeysReserved');
    return this.retire(context, packageId, (lot) => retireLot(lot, PACKAGE_DELETED));
  }

  private async retire(
    context: CommandContext,
    packageId: string,
    decide: Retirement,
  ): Promise<RetiredKeys | Rejection<'KeysReserved'>> {
    let retired = 0;
    for (const batch of inBatches(await this.lots.of(context, packageId))) {
      const decided = await this.executor.run(context, (tx) => retireLots(tx, batch, decide));
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

/** How many keys that were; none of any lot where one of them is refused. */
function retireLots(
  tx: Transaction,
  lots: readonly LotShare[],
  decide: Retirement,
): number | Rejection<'KeysReserved'> {
  const decided: (readonly [lot: string, events: LotEvent[]])[] = [];
  for (const { lot } of lots) {
    const events = decide(tx.load(Lot, String(lot)));
    if (isRejection(events)) return events;
    decided.push([String(lot), events]);
  }
  for (const [lot, events] of decided) tx.append(Lot, lot, events);
  return decided.reduce((sum, [, events]) => sum + events.length, 0);
}
