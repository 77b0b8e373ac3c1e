import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type CommandContext, Executor } from '../../../platform/execution/transaction.js';
import { changePackage, type PackageChanges } from '../domain/package.decider.js';
import { Package } from '../domain/package.js';
import { RecentReferences } from './recent-references.js';
import { type CatalogResult, record, refuseReferences } from './record.js';

/** Changes the given fields, the base price, the status or the hold of a package, all in one append. */
export class UpdatePackage extends Command<CatalogResult> {
  constructor(
    readonly context: CommandContext,
    readonly id: string,
    readonly changes: PackageChanges,
  ) {
    super();
  }
}

@CommandHandler(UpdatePackage)
export class UpdatePackageHandler implements ICommandHandler<UpdatePackage> {
  constructor(
    private readonly executor: Executor,
    private readonly references: RecentReferences,
  ) {}

  execute({ context, id, changes }: UpdatePackage): Promise<CatalogResult> {
    return this.executor.run(context, (tx) => {
      const { productId, supplierId } = changes;
      const refused = refuseReferences(tx, { productId, supplierId });
      if (refused) return refused;
      this.references.add(Package.category, id, [productId, supplierId]);
      return record(tx, Package, id, changePackage(tx.load(Package, id), changes));
    });
  }
}
