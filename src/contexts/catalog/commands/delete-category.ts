import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type CommandContext, Executor } from '../../../platform/execution/transaction.js';
import { IndexProgress } from '../../../platform/indexes/index-progress.js';
import { reject } from '../../../platform/kernel/rejection.js';
import { deleteCategory } from '../domain/category.decider.js';
import { Category } from '../domain/category.js';
import { Product } from '../domain/product.js';
import { CatalogIndex } from '../queries/catalog-index.js';
import { RecentReferences } from './recent-references.js';
import { type CatalogResult, record } from './record.js';

/** Deletes a category; refused while categories or products hang on it, as far as this process knows of them. */
export class DeleteCategory extends Command<CatalogResult> {
  constructor(
    readonly context: CommandContext,
    readonly id: string,
  ) {
    super();
  }
}

@CommandHandler(DeleteCategory)
export class DeleteCategoryHandler implements ICommandHandler<DeleteCategory> {
  constructor(
    private readonly executor: Executor,
    private readonly index: CatalogIndex,
    private readonly progress: IndexProgress,
    private readonly references: RecentReferences,
  ) {}

  async execute({ context, id }: DeleteCategory): Promise<CatalogResult> {
    await this.progress.needed();
    return this.executor.run(context, (tx) => {
      const category = tx.load(Category, id);
      if (category.deleted) return reject('CategoryNotFound');
      for (const childId of this.proposedChildren(id)) {
        const { deleted, parentId } = tx.load(Category, childId);
        if (!deleted && parentId === id) return reject('CategoryInUse');
      }
      for (const productId of this.proposedProducts(id)) {
        const { deleted, categoryId } = tx.load(Product, productId);
        if (!deleted && categoryId === id) return reject('CategoryInUse');
      }
      return record(tx, Category, id, deleteCategory(category));
    });
  }

  private *proposedChildren(id: string): Generator<string> {
    for (const [childId, { deleted, parentId }] of this.index.productCategories.entries())
      if (!deleted && parentId === id) yield childId;
    yield* this.references.of(Category.category, id);
  }

  private *proposedProducts(id: string): Generator<string> {
    for (const [productId, { deleted, categoryId }] of this.index.products.entries())
      if (!deleted && categoryId === id) yield productId;
    yield* this.references.of(Product.category, id);
  }
}
