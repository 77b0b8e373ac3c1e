import { Body, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import type { PackageDocument } from '../../../../projections/catalog/packages.projection.js';
import { ConvertSupplierPrices } from '../../../contexts/catalog/index.js';
import { GetRates } from '../../../contexts/pricing/index.js';
import { ADMINS, Allow, CalledBy, Caller, STAFF } from '../access.js';
import { success } from '../answers.js';
import { ApiController } from '../api-controller.js';
import { PublicIdPipe } from '../body.js';
import { Listing, StatusListQuery } from '../listing.js';
import { AnswersList, AnswersOne } from '../openapi/answers.schema.js';
import { Writes } from '../writes.js';
import { ConvertPricesBody } from './catalog.dto.js';
import { CatalogReader } from './catalog.reader.js';
import { PRICES_CONVERTED, SUPPLIER_PRICES } from './catalog.schemas.js';
import { catalogFilter, PLACED_SORT } from './status.js';
import { SupplierPriceViews } from './supplier-prices.views.js';

@ApiController('api/suppliers/:id/prices')
export class SupplierPricesController {
  constructor(
    private readonly writes: Writes,
    private readonly queries: QueryBus,
    private readonly listing: Listing,
    private readonly reader: CatalogReader,
    private readonly views: SupplierPriceViews,
  ) {}

  /** The packages of a supplier, each with price, cost and margin in every currency. */
  @Get()
  @Allow(STAFF)
  @AnswersList(SUPPLIER_PRICES, PLACED_SORT)
  async list(
    @CalledBy() caller: Caller,
    @Param('id', PublicIdPipe) id: number,
    @Query() query: StatusListQuery,
  ) {
    const { _id: supplierId } = await this.reader.one('suppliers', id);
    const rates = await this.queries.execute(new GetRates(this.writes.contextOf(caller)));
    const filter = { ...catalogFilter(query), supplierId };
    return this.listing.page(
      query,
      { projection: 'packages', filter, sortable: PLACED_SORT },
      (found: PackageDocument) => this.views.prices(found, rates),
    );
  }

  /** Makes prices in the other currencies at the current rates; those that were set by hand stay unless `overwrite`. */
  @Post('convert')
  @HttpCode(200)
  @Allow(ADMINS)
  @AnswersOne(PRICES_CONVERTED)
  async convert(
    @CalledBy() caller: Caller,
    @Param('id', PublicIdPipe) id: number,
    @Body() { overwrite = false }: ConvertPricesBody,
  ) {
    const { _id } = await this.reader.one('suppliers', id);
    const converted = await this.writes.run(
      caller,
      (context) => new ConvertSupplierPrices(context, String(_id), overwrite),
      'several',
    );
    return success(this.views.converted(converted));
  }
}
