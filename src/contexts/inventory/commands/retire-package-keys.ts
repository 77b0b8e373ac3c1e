import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type CommandContext, Executor } from '../../../platform/execution/transaction.js';
import { isRejection, type Rejection, reject } from '../../../platform/kernel/rejection.js';
import { changePackage, Package } from '../../catalog/index.js';
import { retireLot } from '../domain/key-handling.decider.js';
import { Lot } from '../domain/lot.js';
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
    if (await this.isReserved(context, packageId)) return reject('KeysReserved');
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
    if (await this.isReserved(context, packageId)) return reject('KeysReserved');
    let retired = 0;
    for (const lot of await this.lots.numbers(context, packageId)) {
      const events = await this.executor.run(context, (tx) => {
        const decided = retireLot(tx.load(Lot, String(lot)), reason);
        if (!isRejection(decided)) tx.append(Lot, String(lot), decided);
        return decided;
      });
      if (isRejection(events)) return events;
      retired += events.length;
    }
    return { retired };
  }

  private async isReserved(context: CommandContext, packageId: string): Promise<boolean> {
    const lots = await this.lots.numbers(context, packageId);
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
