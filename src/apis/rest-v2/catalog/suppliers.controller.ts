import { Body, Delete, Get, Param, Post, Put, Query } from '@nestjs/common';
import type { SupplierDocument } from '../../../../projections/catalog/suppliers.projection.js';
import { CreateSupplier, DeleteSupplier, UpdateSupplier } from '../../../contexts/catalog/index.js';
import { ADMINS, Allow, CalledBy, Caller, STAFF } from '../access.js';
import { success } from '../answers.js';
import { ApiController } from '../api-controller.js';
import { PublicIdPipe } from '../body.js';
import { Listing, StatusListQuery } from '../listing.js';
import { AnswersList, AnswersOne } from '../openapi/answers.schema.js';
import { Writes } from '../writes.js';
import { CreateSupplierBody, UpdateSupplierBody } from './catalog.dto.js';
import { newSupplier, supplierChanges } from './catalog.fields.js';
import { CatalogReader } from './catalog.reader.js';
import { DELETED, SUPPLIER } from './catalog.schemas.js';
import { CatalogViews } from './catalog.views.js';
import { BY_STATUS, catalogFilter } from './status.js';

const SORTABLE = {
  id: 'id',
  name: 'name',
  status: BY_STATUS,
  created_at: 'createdAt',
  updated_at: 'updatedAt',
};

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
  @AnswersList(SUPPLIER, SORTABLE)
  list(@Query() query: StatusListQuery) {
    const source = { projection: 'suppliers', filter: catalogFilter(query), sortable: SORTABLE };
    return this.listing.page(query, source, (found: SupplierDocument) => this.views.supplier(found));
  }

  @Get(':id')
  @Allow(STAFF)
  @AnswersOne(SUPPLIER)
  get(@Param('id', PublicIdPipe) id: number) {
    return this.show(id);
  }

  @Post()
  @Allow(ADMINS)
  @AnswersOne(SUPPLIER)
  async create(@CalledBy() caller: Caller, @Body() body: CreateSupplierBody) {
    const fields = newSupplier(body);
    const { publicId } = await this.writes.run(caller, (context) => new CreateSupplier(context, fields));
    return this.show(publicId);
  }

  @Put(':id')
  @Allow(ADMINS)
  @AnswersOne(SUPPLIER)
  async update(
    @CalledBy() caller: Caller,
    @Param('id', PublicIdPipe) id: number,
    @Body() body: UpdateSupplierBody,
  ) {
    const { _id } = await this.reader.one('suppliers', id);
    const changes = supplierChanges(body);
    await this.writes.run(caller, (context) => new UpdateSupplier(context, String(_id), changes));
    return this.show(id);
  }

  /** Refused while it has packages, or products whose packages would have it. */
  @Delete(':id')
  @Allow(ADMINS)
  @AnswersOne(DELETED)
  async delete(@CalledBy() caller: Caller, @Param('id', PublicIdPipe) id: number) {
    const { _id } = await this.reader.one('suppliers', id);
    await this.writes.run(caller, (context) => new DeleteSupplier(context, String(_id)));
    return success({ id });
  }

  private async show(id: number) {
    return success(await this.views.supplier(await this.reader.one('suppliers', id)));
  }
}
