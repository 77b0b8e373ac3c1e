import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type CommandContext, Executor } from '../../../platform/execution/transaction.js';
import { PublicIds } from '../../../platform/numbers/public-ids.js';
import { createCategory, type NewCategory, refuseParent } from '../domain/category.decider.js';
import { Category } from '../domain/category.js';
import { RecentReferences } from './recent-references.js';
import { type CatalogResult, record } from './record.js';

/** Creates a category, at the top or under its parent. The same `id` (UUID, made up when it is not given) again changes nothing and answers the first. */
export class CreateCategory extends Command<CatalogResult> {
  constructor(
    readonly context: CommandContext,
    readonly fields: NewCategory,
    readonly id?: string,
  ) {
    super();
  }
}

@CommandHandler(CreateCategory)
export class CreateCategoryHandler implements ICommandHandler<CreateCategory> {
  constructor(
    private readonly executor: Executor,
    private readonly publicIds: PublicIds,
    private readonly references: RecentReferences,
  ) {}

  async execute({ context, fields, id: given }: CreateCategory): Promise<CatalogResult> {
    const publicId = await this.publicIds.next('category');
    return this.executor.run(context, (tx) => {
      const id = given ?? tx.newId();
      const category = tx.load(Category, id);
      const { parentId } = fields;
      if (!category.exists && parentId) {
        const refused = refuseParent(id, parentId, (above) => tx.load(Category, above));
        if (refused) return refused;
        this.references.add(Category.category, id, [parentId]);
      }
      return record(tx, Category, id, createCategory(category, { ...fields, publicId }));
    });
  }
}
