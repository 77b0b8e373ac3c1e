import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type CommandContext, Executor, type Transaction } from '../../../platform/execution/transaction.js';
import { IndexProgress } from '../../../platform/indexes/index-progress.js';
import { isRejection, reject } from '../../../platform/kernel/rejection.js';
import { Package } from '../domain/package.js';
import { deleteProduct } from '../domain/product.decider.js';
import { Product } from '../domain/product.js';
import { CatalogIndex } from '../queries/catalog-index.js';
import { PackageKeys } from './package-keys.js';
import { PackageRemoval } from './package-removal.js';
import { RecentReferences } from './recent-references.js';
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
    private readonly references: RecentReferences,
  ) {}

  /**
   * The product goes first, since nothing is created under or sold of one that is deleted; then its packages, those too
   * that were created at the same moment. Given again after a crash it deletes the packages that are left.
   */
  async execute({ context, id }: DeleteProduct): Promise<CatalogResult> {
    const { deleted } = await this.executor.run(context, (tx) => tx.load(Product, id));
    const result = deleted ? reject('ProductNotFound') : await this.delete(context, id);
    if (isRejection(result) && result.code === 'ProductHasKeys') return result as CatalogResult;
    for (const packageId of await this.packagesOf(context, id, 'unknown'))
      await this.removal.remove(context, packageId);
    return result;
  }

  /** Packages that come to the product while the keys of others are looked for are looked into, too, and so are their new keys. */
  private async delete(context: CommandContext, id: string): Promise<CatalogResult> {
    const withoutKeys = new Set<string>();
    const lot = await this.executor.run(context, (tx) => this.keys.lastStored(tx));
    for (;;) {
      for (const packageId of await this.packagesOf(context, id, 'nothing')) {
        if (withoutKeys.has(packageId)) continue;
        if (await this.keys.has(context, packageId)) return reject('ProductHasKeys');
        withoutKeys.add(packageId);
      }
      const result = await this.executor.run(context, (tx) => {
        const packageIds = this.packagesIn(tx, id);
        if (packageIds.some((packageId) => !withoutKeys.has(packageId))) return null;
        if (packageIds.some((packageId) => this.keys.hasAfter(tx, packageId, lot)))
          return reject('ProductHasKeys');
        return record(tx, Product, id, deleteProduct(tx.load(Product, id)));
      });
      if (result) return result;
    }
  }

  /** Ids of the product's packages that are not deleted. */
  private async packagesOf(
    context: CommandContext,
    productId: string,
    outcome: 'nothing' | 'unknown',
  ): Promise<string[]> {
    await this.progress.needed(outcome);
    return this.executor.run(context, (tx) => this.packagesIn(tx, productId));
  }

  /** The index proposes them, and what is not stored yet is proposed by who referred to the product; their streams decide. */
  private packagesIn(tx: Transaction, productId: string): string[] {
    const proposed = new Set(this.index.packageIdsOf(productId));
    for (const id of this.references.of(Package.category, productId)) proposed.add(id);
    return [...proposed].filter((id) => {
      const pkg = tx.load(Package, id);
      return !pkg.deleted && pkg.productId === productId;
    });
  }
}
