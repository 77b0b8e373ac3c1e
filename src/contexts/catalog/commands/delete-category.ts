import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type CommandContext, Executor } from '../../../platform/execution/transaction.js';
import { IndexProgress } from '../../../platform/indexes/index-progress.js';
import { reject } from '../../../platform/kernel/rejection.js';
import { deleteCategory } from '../domain/category.decider.js';
import { Category } from '../domain/category.js';
import { Product } from '../domain/product.js';
import { CatalogIndex } from '../queries/catalog-index.js';
import { type CatalogResult, record } from './record.js';

/** Deletes a category; refused while categories or products hang on it. */
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
  ) {}

  async execute({ context, id }: DeleteCategory): Promise<CatalogResult> {
    await this.progress.needed();
    return this.executor.run(context, (tx) => {
      const category = tx.load(Category, id);
      if (category.deleted) return reject('CategoryNotFound');
      for (const [childId, child] of this.index.productCategories.entries()) {
        if (child.deleted || child.parentId !== id) continue;
        const { deleted, parentId } = tx.load(Category, childId);
        if (!deleted && parentId === id) return reject('CategoryInUse');
      }
      for (const [productId, product] of this.index.products.entries()) {
        if (product.deleted || product.categoryId !== id) continue;
        const { deleted, categoryId } = tx.load(Product, productId);
        if (!deleted && categoryId === id) return reject('CategoryInUse');
      }
      return record(tx, Category, id, deleteCategory(category));
    });
  }
}
