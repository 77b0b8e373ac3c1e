import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type CommandContext, Executor } from '../../../platform/execution/transaction.js';
import { PublicIds } from '../../../platform/numbers/public-ids.js';
import { type NewSupplier, registerSupplier } from '../domain/supplier.decider.js';
import { Supplier } from '../domain/supplier.js';
import { type CatalogResult, record } from './record.js';

/** Registers a supplier. The same `id` (UUID, made up when it is not given) again changes nothing and answers the first. */
export class CreateSupplier extends Command<CatalogResult> {
  constructor(
    readonly context: CommandContext,
    readonly fields: NewSupplier,
    readonly id?: string,
  ) {
    super();
  }
}

@CommandHandler(CreateSupplier)
export class CreateSupplierHandler implements ICommandHandler<CreateSupplier> {
  constructor(
    private readonly executor: Executor,
    private readonly publicIds: PublicIds,
  ) {}

  async execute({ context, fields, id: given }: CreateSupplier): Promise<CatalogResult> {
    const publicId = await this.publicIds.next('supplier');
    return this.executor.run(context, (tx) => {
      const id = given ?? tx.newId();
      return record(tx, Supplier, id, registerSupplier(tx.load(Supplier, id), { ...fields, publicId }));
    });
  }
}
