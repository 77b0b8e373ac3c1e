import { Injectable } from '@nestjs/common';
import { type CommandContext, Executor, type Transaction } from '../../../platform/execution/transaction.js';
import { RecentReferences } from '../../catalog/index.js';
import { INTAKE_ID, Intake } from '../domain/intake.js';
import { Lot, type LotState } from '../domain/lot.js';
import { ANNOUNCEMENTS_READ, LOTS_PER_LOOK } from '../limits.js';
import type { LotShare } from './lot-batches.js';

/** The lots of a package as the log has them: the stock index forgets those without a key to sell. */
@Injectable()
export class PackageLots {
  constructor(
    private readonly executor: Executor,
    private readonly references: RecentReferences,
  ) {}

  /** All lots that were announced for the package, in order, filled or not. */
  async of(context: CommandContext, packageId: string): Promise<LotShare[]> {
    const found: LotShare[] = [];
    for (let from = 0; ; from += ANNOUNCEMENTS_READ) {
      const events = await this.executor.run(context, (tx) =>
        tx.history(Intake, INTAKE_ID, from, from + ANNOUNCEMENTS_READ),
      );
      for (const { data } of events)
        if (data.package === packageId) found.push({ lot: data.lot, keys: data.keys });
      if (events.length < ANNOUNCEMENTS_READ) return found;
    }
  }

  /** Whether one of the lots is like that. */
  async some(
    context: CommandContext,
    lots: readonly LotShare[],
    isSo: (lot: LotState) => boolean,
  ): Promise<boolean> {
    for (let first = 0; first < lots.length; first += LOTS_PER_LOOK) {
      const few = lots.slice(first, first + LOTS_PER_LOOK);
      const found = await this.executor.run(context, (tx) =>
        few.some(({ lot }) => isSo(tx.load(Lot, String(lot)))),
      );
      if (found) return true;
    }
    return false;
  }

  /** Whether the package has keys that are not retired: sold ones count. */
  async hasKeys(context: CommandContext, packageId: string): Promise<boolean> {
    const lots = await this.of(context, packageId);
    return this.some(context, lots, hasKeys);
  }

  /** Number of the last lot that is stored. */
  lastStored(tx: Transaction): number {
    return tx.durableRevision(Intake, INTAKE_ID) + 1;
  }

  /** As {@link hasKeys}, of lots after that one which this process takes in, stored or not. */
  hasKeysAfter(tx: Transaction, packageId: string, lot: number): boolean {
    const newer = this.references.of(Lot.category, packageId).filter((other) => Number(other) > lot);
    return newer.some((other) => hasKeys(tx.load(Lot, other)));
  }
}

const hasKeys = ({ slots }: LotState): boolean => slots.some(({ status }) => status !== 'retired');
