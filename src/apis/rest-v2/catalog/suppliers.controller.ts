import { Body, Get, Param, Post, Query } from '@nestjs/common';
import type { SupplierDocument } from '../../../../projections/catalog/suppliers.projection.js';
import { CreateSupplier } from '../../../contexts/catalog/index.js';
import { ADMINS, Allow, CalledBy, Caller, STAFF } from '../access.js';
import { success } from '../answers.js';
import { ApiController } from '../api-controller.js';
import { PublicIdPipe } from '../body.js';
import { containing, Listing, StatusListQuery } from '../listing.js';
import { Writes } from '../writes.js';
import { CreateSupplierBody } from './catalog.dto.js';
import { CatalogReader } from './catalog.reader.js';
import { CatalogViews } from './catalog.views.js';
import { statusFilter, toStatus } from './status.js';

@ApiController('api/suppliers')
export class SuppliersController {
  constructor(
    private readonly writes: Writes,
    private readonly listing: Listing,
    private readonly reader: CatalogReader,
    private readonly views: CatalogViews,
  ) {}

  @Get()
  @Allow(STAFF)
  list(@Query() query: StatusListQuery) {
    const filter = { deletedAt: null, ...statusFilter(query.status), ...containing('search', query.search) };
    const sortable = { id: 'id', name: 'name', created_at: 'createdAt' };
    return this.listing.page(
      query,
      { projection: 'suppliers', filter, sortable },
      (supplier: SupplierDocument) => this.views.supplier(supplier),
    );
  }

  @Get(':id')
  @Allow(STAFF)
  async get(@Param('id', PublicIdPipe) id: number) {
    return success(await this.views.supplier(await this.reader.supplier(id)));
  }

  @Post()
  @Allow(ADMINS)
  async create(@CalledBy() caller: Caller, @Body() body: CreateSupplierBody) {
    const { name, country, contact_email: contactEmail, status } = body;
    const fields = { name, country, contactEmail, status: toStatus(status) };
    const { publicId } = await this.writes.run(caller, (context) => new CreateSupplier(context, fields));
    return success(await this.views.supplier(await this.reader.supplier(publicId)));
  }
}
