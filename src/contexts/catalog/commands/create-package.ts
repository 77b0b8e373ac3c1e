import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type CommandContext, Executor } from '../../../platform/execution/transaction.js';
import { PublicIds } from '../../../platform/numbers/public-ids.js';
import { createPackage, type NewPackage } from '../domain/package.decider.js';
import { Package } from '../domain/package.js';
import { Product } from '../domain/product.js';
import { RecentReferences } from './recent-references.js';
import { type CatalogResult, record, refuseReferences } from './record.js';

/** A package whose supplier is not said has its product's. */
export type PackageToCreate = Omit<NewPackage, 'supplierId'> & { readonly supplierId?: string };

/** Creates a package of a product. The same `id` (UUID, made up when it is not given) again changes nothing and answers the first. */
export class CreatePackage extends Command<CatalogResult> {
  constructor(
    readonly context: CommandContext,
    readonly fields: PackageToCreate,
    readonly id?: string,
  ) {
    super();
  }
}

@CommandHandler(CreatePackage)
export class CreatePackageHandler implements ICommandHandler<CreatePackage> {
  constructor(
    private readonly executor: Executor,
    private readonly publicIds: PublicIds,
    private readonly references: RecentReferences,
  ) {}

  async execute({ context, fields, id: given }: CreatePackage): Promise<CatalogResult> {
    const publicId = await this.publicIds.next('package');
    return this.executor.run(context, (tx) => {
      const id = given ?? tx.newId();
      const state = tx.load(Package, id);
      const supplierId = fields.supplierId ?? tx.load(Product, fields.productId).supplierId;
      const refused = state.exists
        ? null
        : refuseReferences(tx, { productId: fields.productId, supplierId: fields.supplierId });
      if (refused) return refused;
      this.references.add(Package.category, id, [fields.productId, supplierId]);
      return record(tx, Package, id, createPackage(state, { ...fields, supplierId, publicId }));
    });
  }
}
