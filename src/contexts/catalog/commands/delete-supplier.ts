import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type CommandContext, Executor } from '../../../platform/execution/transaction.js';
import { IndexProgress } from '../../../platform/indexes/index-progress.js';
import { reject } from '../../../platform/kernel/rejection.js';
import { Package } from '../domain/package.js';
import { Product } from '../domain/product.js';
import { deleteSupplier } from '../domain/supplier.decider.js';
import { Supplier } from '../domain/supplier.js';
import { CatalogIndex } from '../queries/catalog-index.js';
import { RecentReferences } from './recent-references.js';
import { type CatalogResult, record } from './record.js';

/**
 * Deletes a supplier; refused while it has packages, or products whose next package would have it. One of these that another
 * process creates in the very same moment keeps the deleted supplier: it is shown with it, and can be given another one.
 */
export class DeleteSupplier extends Command<CatalogResult> {
  constructor(
    readonly context: CommandContext,
    readonly id: string,
  ) {
    super();
  }
}

@CommandHandler(DeleteSupplier)
export class DeleteSupplierHandler implements ICommandHandler<DeleteSupplier> {
  constructor(
    private readonly executor: Executor,
    private readonly index: CatalogIndex,
    private readonly progress: IndexProgress,
    private readonly references: RecentReferences,
  ) {}

  async execute({ context, id }: DeleteSupplier): Promise<CatalogResult> {
    await this.progress.needed();
    const isOfSupplier = (state: { readonly deleted: boolean; readonly supplierId: string }) =>
      !state.deleted && state.supplierId === id;
    return this.executor.run(context, (tx) => {
      const supplier = tx.load(Supplier, id);
      if (supplier.deleted) return reject('SupplierNotFound');
      for (const [packageId, state] of this.index.packages.entries())
        if (isOfSupplier(state) && isOfSupplier(tx.load(Package, packageId))) return reject('SupplierInUse');
      for (const [productId, state] of this.index.products.entries())
        if (isOfSupplier(state) && isOfSupplier(tx.load(Product, productId))) return reject('SupplierInUse');
      for (const packageId of this.references.of(Package.category, id))
        if (isOfSupplier(tx.load(Package, packageId))) return reject('SupplierInUse');
      for (const productId of this.references.of(Product.category, id))
        if (isOfSupplier(tx.load(Product, productId))) return reject('SupplierInUse');
      return record(tx, Supplier, id, deleteSupplier(supplier));
    });
  }
}
