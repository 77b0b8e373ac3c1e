import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { Currency } from '../../../platform/kernel/money.js';
import type { Rejection } from '../../../platform/kernel/rejection.js';
import type { Language } from './display-order.js';
import { TerminalListings, type TerminalPackageView } from './terminal-listings.js';
import { ViewerReader } from './viewer-reader.js';

type Result = TerminalPackageView[] | Rejection<'ProductNotFound'>;

/**
 * The packages of a product that a partner's terminals may sell, in display order, with their prices. Refused when the
 * product is unknown, inactive or not for this partner.
 */
export class ListTerminalPackages extends Query<Result> {
  constructor(
    readonly request: {
      readonly partnerId: string;
      readonly productPublicId: number;
      readonly lang: Language;
      readonly currency: Currency;
    },
  ) {
    super();
  }
}

@QueryHandler(ListTerminalPackages)
export class ListTerminalPackagesHandler implements IQueryHandler<ListTerminalPackages> {
  constructor(
    private readonly viewers: ViewerReader,
    private readonly listings: TerminalListings,
  ) {}

  async execute({ request }: ListTerminalPackages): Promise<Result> {
    return this.listings.packages(await this.viewers.read(request), request.productPublicId);
  }
}
