import { Injectable } from '@nestjs/common';
import { type CommandContext, Executor } from '../../../platform/execution/transaction.js';
import { reject } from '../../../platform/kernel/rejection.js';
import { deletePackage } from '../domain/package.decider.js';
import { Package } from '../domain/package.js';
import { PackageKeys } from './package-keys.js';
import { type CatalogResult, record } from './record.js';

/** Deletes packages with their keys. */
@Injectable()
export class PackageRemoval {
  constructor(
    private readonly executor: Executor,
    private readonly keys: PackageKeys,
  ) {}

  /**
   * Retires the keys, deletes the package, and retires what came in between: a package takes keys in until it is
   * deleted. Given again after a crash it goes on where that left it, also when the package is deleted already.
   */
  async remove(context: CommandContext, id: string): Promise<CatalogResult> {
    const { exists, deleted } = await this.executor.run(context, (tx) => tx.load(Package, id));
    if (!exists) return reject('PackageNotFound');
    const refused = await this.keys.retireAll(context, id);
    if (deleted) return reject('PackageNotFound');
    if (refused) return refused;
    const result = await this.executor.run(context, (tx) =>
      record(tx, Package, id, deletePackage(tx.load(Package, id))),
    );
    await this.keys.retireAll(context, id);
    return result;
  }
}
