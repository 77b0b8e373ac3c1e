import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type CommandContext, Executor } from '../../../platform/execution/transaction.js';
import { type PriceChanges, setExplicitPrices } from '../domain/package.decider.js';
import { Package } from '../domain/package.js';
import { type CatalogResult, record } from './record.js';

/** Sets or takes away prices of a package in single currencies, by hand or by a conversion. */
export class SetExplicitPrices extends Command<CatalogResult> {
  constructor(
    readonly context: CommandContext,
    readonly packageId: string,
    readonly changes: PriceChanges,
  ) {
    super();
  }
}

@CommandHandler(SetExplicitPrices)
export class SetExplicitPricesHandler implements ICommandHandler<SetExplicitPrices> {
  constructor(private readonly executor: Executor) {}

  execute({ context, packageId, changes }: SetExplicitPrices): Promise<CatalogResult> {
    return this.executor.run(context, (tx) =>
      record(tx, Package, packageId, setExplicitPrices(tx.load(Package, packageId), changes)),
    );
  }
}
