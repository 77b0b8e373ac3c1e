import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type CommandContext, Executor } from '../../../platform/execution/transaction.js';
import { changeProduct, type ProductChanges } from '../domain/product.decider.js';
import { Product } from '../domain/product.js';
import { RecentReferences } from './recent-references.js';
import { type CatalogResult, record, refuseReferences } from './record.js';

/** Changes the given fields of a product. */
export class UpdateProduct extends Command<CatalogResult> {
  constructor(
    readonly context: CommandContext,
    readonly id: string,
    readonly changes: ProductChanges,
  ) {
    super();
  }
}

@CommandHandler(UpdateProduct)
export class UpdateProductHandler implements ICommandHandler<UpdateProduct> {
  constructor(
    private readonly executor: Executor,
    private readonly references: RecentReferences,
  ) {}

  execute({ context, id, changes }: UpdateProduct): Promise<CatalogResult> {
    return this.executor.run(context, (tx) => {
      const refused = refuseReferences(tx, changes);
      if (refused) return refused;
      this.references.add(Product.category, id, [changes.supplierId, changes.categoryId]);
      return record(tx, Product, id, changeProduct(tx.load(Product, id), changes));
    });
  }
}
