import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type CommandContext, Executor } from '../../../platform/execution/transaction.js';
import { PublicIds } from '../../../platform/numbers/public-ids.js';
import { createProduct, type NewProduct } from '../domain/product.decider.js';
import { Product } from '../domain/product.js';
import { RecentReferences } from './recent-references.js';
import { type CatalogResult, record, refuseReferences } from './record.js';

/** Creates a product of a supplier. The same `id` (UUID, made up when it is not given) again changes nothing and answers the first. */
export class CreateProduct extends Command<CatalogResult> {
  constructor(
    readonly context: CommandContext,
    readonly fields: NewProduct,
    readonly id?: string,
  ) {
    super();
  }
}

@CommandHandler(CreateProduct)
export class CreateProductHandler implements ICommandHandler<CreateProduct> {
  constructor(
    private readonly executor: Executor,
    private readonly publicIds: PublicIds,
    private readonly references: RecentReferences,
  ) {}

  async execute({ context, fields, id: given }: CreateProduct): Promise<CatalogResult> {
    const publicId = await this.publicIds.next('product');
    return this.executor.run(context, (tx) => {
      const id = given ?? tx.newId();
      const product = tx.load(Product, id);
      const refused = product.exists ? null : refuseReferences(tx, fields);
      if (refused) return refused;
      this.references.add(Product.category, id, [fields.supplierId, fields.categoryId]);
      return record(tx, Product, id, createProduct(product, { ...fields, publicId }));
    });
  }
}
