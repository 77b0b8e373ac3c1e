import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { Currency } from '../../../platform/kernel/money.js';
import type { Language } from './display-order.js';
import { TerminalListings, type TerminalProductView } from './terminal-listings.js';
import { ViewerReader } from './viewer-reader.js';

/** The products that a partner's terminals may show, in display order. */
export class ListTerminalProducts extends Query<TerminalProductView[]> {
  constructor(
    readonly request: { readonly partnerId: string; readonly lang: Language; readonly currency: Currency },
  ) {
    super();
  }
}

@QueryHandler(ListTerminalProducts)
export class ListTerminalProductsHandler implements IQueryHandler<ListTerminalProducts> {
  constructor(
    private readonly viewers: ViewerReader,
    private readonly listings: TerminalListings,
  ) {}

  async execute({ request }: ListTerminalProducts): Promise<TerminalProductView[]> {
    return this.listings.products(await this.viewers.read(request));
  }
}
