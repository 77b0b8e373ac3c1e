import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type CommandContext, Executor } from '../../../platform/execution/transaction.js';
import { type CategoryChanges, changeCategory, refuseParent } from '../domain/category.decider.js';
import { Category } from '../domain/category.js';
import { RecentReferences } from './recent-references.js';
import { type CatalogResult, record } from './record.js';

/** Changes the given fields of a category; another `parentId` moves it with all that hangs on it. */
export class UpdateCategory extends Command<CatalogResult> {
  constructor(
    readonly context: CommandContext,
    readonly id: string,
    readonly changes: CategoryChanges,
  ) {
    super();
  }
}

@CommandHandler(UpdateCategory)
export class UpdateCategoryHandler implements ICommandHandler<UpdateCategory> {
  constructor(
    private readonly executor: Executor,
    private readonly references: RecentReferences,
  ) {}

  execute({ context, id, changes }: UpdateCategory): Promise<CatalogResult> {
    return this.executor.run(context, (tx) => {
      const { parentId } = changes;
      const refused = parentId ? refuseParent(id, parentId, (above) => tx.load(Category, above)) : null;
      if (refused) return refused;
      this.references.add(Category.category, id, [parentId]);
      return record(tx, Category, id, changeCategory(tx.load(Category, id), changes));
    });
  }
}
