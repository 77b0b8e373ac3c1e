import { BadRequestException, Body, Get, Param, Post, Query } from '@nestjs/common';
import type { ProductDocument } from '../../../../projections/catalog/products.projection.js';
import { CreateProduct } from '../../../contexts/catalog/index.js';
import { ADMINS, Allow, CalledBy, Caller, STAFF } from '../access.js';
import { success } from '../answers.js';
import { ApiController } from '../api-controller.js';
import { PublicIdPipe } from '../body.js';
import { containing, Listing } from '../listing.js';
import { Writes } from '../writes.js';
import { CreateProductBody, ProductListQuery } from './catalog.dto.js';
import { CatalogReader } from './catalog.reader.js';
import { CatalogViews } from './catalog.views.js';
import { statusFilter, toStatus } from './status.js';

const SORTABLE = { id: 'id', name: 'names.en', position: 'position', created_at: 'createdAt' };

@ApiController('api/products')
export class ProductsController {
  constructor(
    private readonly writes: Writes,
    private readonly listing: Listing,
    private readonly reader: CatalogReader,
    private readonly views: CatalogViews,
  ) {}

  @Get()
  @Allow(STAFF)
  async list(@Query() query: ProductListQuery) {
    const { vendor_id: vendor } = query;
    const filter = {
      deletedAt: null,
      ...(vendor === undefined
        ? {}
        : { supplierId: await this.reader.idOf('suppliers', vendor, 'vendor_id') }),
      ...statusFilter(query.status),
      ...containing('search', query.search),
    };
    const source = { projection: 'products', filter, sortable: SORTABLE };
    return this.listing.page(query, source, (product: ProductDocument) => this.views.product(product));
  }

  @Get(':id')
  @Allow(STAFF)
  async get(@Param('id', PublicIdPipe) id: number) {
    return success(await this.views.product(await this.reader.product(id)));
  }

  @Post()
  @Allow(ADMINS)
  async create(@CalledBy() caller: Caller, @Body() body: CreateProductBody) {
    const supplierId = await this.reader.supplierOf(body);
    if (supplierId === undefined) throw new BadRequestException('vendor_id must be a number');
    const { subcategory_id: subcategory } = body;
    const fields = {
      names: { en: body.name_en, ru: body.name_ru, az: body.name_az },
      supplierId,
      categoryId: subcategory ? await this.reader.idOf('categories', subcategory, 'subcategory_id') : null,
      status: toStatus(body.status),
      position: body.position,
      imageUrl: body.image_url,
      thumbnailUrl: body.thumbnail_url,
      instructions: { en: body.instructions_en, ru: body.instructions_ru, az: body.instructions_az },
      keyFormat: body.key_format,
    };
    const { publicId } = await this.writes.run(caller, (context) => new CreateProduct(context, fields));
    return success(await this.views.product(await this.reader.product(publicId)));
  }
}
