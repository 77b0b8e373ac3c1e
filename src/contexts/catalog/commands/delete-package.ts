import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '../../../platform/execution/transaction.js';
import { PackageRemoval } from './package-removal.js';
import type { CatalogResult } from './record.js';

/** Deletes a package and retires its keys; refused while one of them is reserved. What was sold stays sold. */
export class DeletePackage extends Command<CatalogResult> {
  constructor(
    readonly context: CommandContext,
    readonly id: string,
  ) {
    super();
  }
}

@CommandHandler(DeletePackage)
export class DeletePackageHandler implements ICommandHandler<DeletePackage> {
  constructor(private readonly removal: PackageRemoval) {}

  execute({ context, id }: DeletePackage): Promise<CatalogResult> {
    return this.removal.remove(context, id);
  }
}
