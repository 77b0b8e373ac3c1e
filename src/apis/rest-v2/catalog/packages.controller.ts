import { Body, Get, Param, Post, Query } from '@nestjs/common';
import type { PackageDocument } from '../../../../projections/catalog/packages.projection.js';
import { CreatePackage } from '../../../contexts/catalog/index.js';
import { ADMINS, Allow, CalledBy, Caller, STAFF } from '../access.js';
import { amountOf } from '../amounts.js';
import { success } from '../answers.js';
import { ApiController } from '../api-controller.js';
import { PublicIdPipe } from '../body.js';
import { containing, Listing } from '../listing.js';
import { Writes } from '../writes.js';
import { CreatePackageBody, PackageListQuery } from './catalog.dto.js';
import { CatalogReader } from './catalog.reader.js';
import { CatalogViews } from './catalog.views.js';
import { statusFilter, toStatus } from './status.js';

const SORTABLE = { id: 'id', name: 'names.en', position: 'position', created_at: 'createdAt' };

@ApiController('api/packages')
export class PackagesController {
  constructor(
    private readonly writes: Writes,
    private readonly listing: Listing,
    private readonly reader: CatalogReader,
    private readonly views: CatalogViews,
  ) {}

  @Get()
  @Allow(STAFF)
  async list(@Query() query: PackageListQuery) {
    const { product_id: product } = query;
    const filter = {
      deletedAt: null,
      ...(product === undefined
        ? {}
        : { productId: await this.reader.idOf('products', product, 'product_id') }),
      ...statusFilter(query.status),
      ...containing('search', query.search),
    };
    const source = { projection: 'packages', filter, sortable: SORTABLE };
    return this.listing.page(query, source, (found: PackageDocument) => this.views.package(found));
  }

  @Get(':id')
  @Allow(STAFF)
  async get(@CalledBy() caller: Caller, @Param('id', PublicIdPipe) id: number) {
    const found = await this.reader.package(id);
    const prices = await this.views.prices(found, this.writes.contextOf(caller));
    return success({ ...(await this.views.package(found)), prices });
  }

  @Get(':id/prices')
  @Allow(STAFF)
  async prices(@CalledBy() caller: Caller, @Param('id', PublicIdPipe) id: number) {
    return success(await this.views.prices(await this.reader.package(id), this.writes.contextOf(caller)));
  }

  @Post()
  @Allow(ADMINS)
  async create(@CalledBy() caller: Caller, @Body() body: CreatePackageBody) {
    const currency = body.currency ?? 'AZN';
    const { cost, cost_currency: costCurrency = currency } = body;
    const fields = {
      names: { en: body.name_en, ru: body.name_ru, az: body.name_az },
      productId: await this.reader.idOf('products', body.product_id, 'product_id'),
      supplierId: await this.reader.supplierOf(body),
      basePrice: amountOf(body.price, currency, 'price'),
      cost: cost === undefined || cost === null ? null : amountOf(cost, costCurrency, 'cost'),
      status: toStatus(body.status),
      hold: body.hold,
      fulfilment: body.fulfilment,
      releasePolicy: body.release_policy,
      position: body.position,
    };
    const { publicId } = await this.writes.run(caller, (context) => new CreatePackage(context, fields));
    return success(await this.views.package(await this.reader.package(publicId)));
  }
}
