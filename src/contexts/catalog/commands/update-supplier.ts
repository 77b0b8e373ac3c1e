import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type CommandContext, Executor } from '../../../platform/execution/transaction.js';
import { changeSupplier } from '../domain/supplier.decider.js';
import { Supplier } from '../domain/supplier.js';
import type { SupplierFields } from '../events/supplier.events.js';
import { type CatalogResult, record } from './record.js';

/** Changes the given fields of a supplier. */
export class UpdateSupplier extends Command<CatalogResult> {
  constructor(
    readonly context: CommandContext,
    readonly id: string,
    readonly changes: Partial<SupplierFields>,
  ) {
    super();
  }
}

@CommandHandler(UpdateSupplier)
export class UpdateSupplierHandler implements ICommandHandler<UpdateSupplier> {
  constructor(private readonly executor: Executor) {}

  execute({ context, id, changes }: UpdateSupplier): Promise<CatalogResult> {
    return this.executor.run(context, (tx) => {
      return record(tx, Supplier, id, changeSupplier(tx.load(Supplier, id), changes));
    });
  }
}
