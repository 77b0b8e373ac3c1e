import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type CommandContext, Executor } from '../../../platform/execution/transaction.js';
import { IndexProgress } from '../../../platform/indexes/index-progress.js';
import { reject } from '../../../platform/kernel/rejection.js';
import { Package } from '../domain/package.js';
import { deleteProduct } from '../domain/product.decider.js';
import { Product } from '../domain/product.js';
import { CatalogIndex } from '../queries/catalog-index.js';
import { PackageKeys } from './package-keys.js';
import { PackageRemoval } from './package-removal.js';
import { type CatalogResult, record } from './record.js';

/** Deletes a product with the packages that never had keys or whose keys are retired; refused while one has others. */
export class DeleteProduct extends Command<CatalogResult> {
  constructor(
    readonly context: CommandContext,
    readonly id: string,
  ) {
    super();
  }
}

@CommandHandler(DeleteProduct)
export class DeleteProductHandler implements ICommandHandler<DeleteProduct> {
  constructor(
    private readonly executor: Executor,
    private readonly index: CatalogIndex,
    private readonly progress: IndexProgress,
    private readonly keys: PackageKeys,
    private readonly removal: PackageRemoval,
  ) {}

  /**
   * The product goes first, since nothing is created under or sold of one that is deleted; then its packages, those too
   * that were created at the same moment. Given again after a crash it deletes the packages that are left.
   */
  async execute({ context, id }: DeleteProduct): Promise<CatalogResult> {
    const { deleted } = await this.executor.run(context, (tx) => tx.load(Product, id));
    if (!deleted) {
      for (const packageId of await this.packagesOf(context, id, 'nothing')) {
        if (await this.keys.has(context, packageId)) return reject('ProductHasKeys');
      }
    }
    const result = await this.executor.run(context, (tx) =>
      record(tx, Product, id, deleteProduct(tx.load(Product, id))),
    );
    for (const packageId of await this.packagesOf(context, id, 'unknown'))
      await this.removal.remove(context, packageId);
    return deleted ? reject('ProductNotFound') : result;
  }

  /** Ids of the product's packages that are not deleted. The index proposes them, their streams decide. */
  private async packagesOf(
    context: CommandContext,
    productId: string,
    outcome: 'nothing' | 'unknown',
  ): Promise<string[]> {
    await this.progress.needed(outcome);
    const candidates = [...this.index.packageIdsOf(productId)];
    return this.executor.run(context, (tx) =>
      candidates.filter((id) => {
        const pkg = tx.load(Package, id);
        return !pkg.deleted && pkg.productId === productId;
      }),
    );
  }
}
