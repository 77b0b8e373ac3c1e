import { Body, Delete, Get, Param, Post, Put, Query } from '@nestjs/common';
import type { ProductDocument } from '../../../../projections/catalog/products.projection.js';
import { CreateProduct, DeleteProduct, UpdateProduct } from '../../../contexts/catalog/index.js';
import { ADMINS, Allow, CalledBy, Caller, EVERYBODY, STAFF } from '../access.js';
import { success } from '../answers.js';
import { ApiController } from '../api-controller.js';
import { PublicIdPipe } from '../body.js';
import { Listing } from '../listing.js';
import { AnswersList, AnswersOne } from '../openapi/answers.schema.js';
import { Writes } from '../writes.js';
import { CreateProductBody, ProductListQuery, UpdateProductBody } from './catalog.dto.js';
import { newProduct, productChanges } from './catalog.fields.js';
import { CatalogReader } from './catalog.reader.js';
import { DELETED, PRODUCT, PRODUCT_STATS, PRODUCT_TO_CALLER } from './catalog.schemas.js';
import { CatalogViews } from './catalog.views.js';
import { PartnerCatalog } from './partner-catalog.js';
import { productStats } from './product-stats.js';
import { catalogFilter, PLACED_SORT } from './status.js';

/** Partners see the products that they may buy, without what concerns suppliers. */
@ApiController('api/products')
export class ProductsController {
  constructor(
    private readonly writes: Writes,
    private readonly listing: Listing,
    private readonly reader: CatalogReader,
    private readonly views: CatalogViews,
    private readonly sights: PartnerCatalog,
  ) {}

  @Get()
  @Allow(EVERYBODY)
  @AnswersList(PRODUCT_TO_CALLER, PLACED_SORT)
  async list(@CalledBy() caller: Caller, @Query() query: ProductListQuery) {
    const { isPartner, products } = await this.sights.sightOf(caller);
    const filter = {
      ...catalogFilter(query),
      ...(await this.reader.referring(query, isPartner)),
      ...products,
    };
    return this.listing.page(
      query,
      { projection: 'products', filter, sortable: PLACED_SORT },
      (found: ProductDocument) =>
        isPartner ? this.views.productForPartner(found) : this.views.product(found),
    );
  }

  @Get('stats')
  @Allow(STAFF)
  @AnswersOne(PRODUCT_STATS)
  async stats() {
    return success(await productStats(this.reader));
  }

  @Get(':id')
  @Allow(EVERYBODY)
  @AnswersOne(PRODUCT_TO_CALLER)
  async get(@CalledBy() caller: Caller, @Param('id', PublicIdPipe) id: number) {
    const { isPartner, products } = await this.sights.sightOf(caller);
    const found = await this.reader.one('products', id, products);
    return success(await (isPartner ? this.views.productForPartner(found) : this.views.product(found)));
  }

  @Post()
  @Allow(ADMINS)
  @AnswersOne(PRODUCT)
  async create(@CalledBy() caller: Caller, @Body() body: CreateProductBody) {
    const fields = await newProduct(this.reader, body);
    const { publicId } = await this.writes.run(caller, (context) => new CreateProduct(context, fields));
    return success(await this.views.product(await this.reader.one('products', publicId)));
  }

  @Put(':id')
  @Allow(ADMINS)
  @AnswersOne(PRODUCT)
  async update(
    @CalledBy() caller: Caller,
    @Param('id', PublicIdPipe) id: number,
    @Body() body: UpdateProductBody,
  ) {
    const { _id } = await this.reader.one('products', id);
    const changes = await productChanges(this.reader, body);
    await this.writes.run(caller, (context) => new UpdateProduct(context, String(_id), changes));
    return success(await this.views.product(await this.reader.one('products', id)));
  }

  @Delete(':id')
  @Allow(ADMINS)
  @AnswersOne(DELETED)
  async delete(@CalledBy() caller: Caller, @Param('id', PublicIdPipe) id: number) {
    const uuid = await this.reader.idEver('products', id);
    await this.writes.run(caller, (context) => new DeleteProduct(context, uuid), 'several');
    return success({ id });
  }
}
