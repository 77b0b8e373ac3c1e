import { Body, Get, Param, Post, Query } from '@nestjs/common';
import type { CategoryDocument } from '../../../../projections/catalog/categories.projection.js';
import { CreateCategory } from '../../../contexts/catalog/index.js';
import { ADMINS, Allow, CalledBy, Caller, STAFF } from '../access.js';
import { success } from '../answers.js';
import { ApiController } from '../api-controller.js';
import { PublicIdPipe } from '../body.js';
import { Listing, ListQuery } from '../listing.js';
import { Writes } from '../writes.js';
import { type CategoryBody, CreateCategoryBody, CreateSubcategoryBody } from './catalog.dto.js';
import { CatalogReader } from './catalog.reader.js';
import { CatalogViews } from './catalog.views.js';

/** One tree: a category at the top, subcategories below it, products on its leaves. */
@ApiController('api')
export class CategoriesController {
  constructor(
    private readonly writes: Writes,
    private readonly listing: Listing,
    private readonly reader: CatalogReader,
    private readonly views: CatalogViews,
  ) {}

  @Get('categories')
  @Allow(STAFF)
  categories(@Query() query: ListQuery) {
    return this.list(query, { parentId: null });
  }

  @Get('subcategories')
  @Allow(STAFF)
  subcategories(@Query() query: ListQuery) {
    return this.list(query, { parentId: { $ne: null } });
  }

  @Get(['categories/:id', 'subcategories/:id'])
  @Allow(STAFF)
  async get(@Param('id', PublicIdPipe) id: number) {
    return success(await this.views.category(await this.reader.category(id)));
  }

  @Post('categories')
  @Allow(ADMINS)
  async createCategory(@CalledBy() caller: Caller, @Body() body: CreateCategoryBody) {
    const { parent_id: parent } = body;
    const parentId = parent ? await this.reader.idOf('categories', parent, 'parent_id') : null;
    return this.create(caller, body, parentId);
  }

  @Post('subcategories')
  @Allow(ADMINS)
  async createSubcategory(@CalledBy() caller: Caller, @Body() body: CreateSubcategoryBody) {
    return this.create(caller, body, await this.reader.idOf('categories', body.category_id, 'category_id'));
  }

  private async create(caller: Caller, body: CategoryBody, parentId: string | null) {
    const { name_en: en, name_ru: ru, name_az: az, position } = body;
    const fields = { names: { en, ru, az }, parentId, position };
    const { publicId } = await this.writes.run(caller, (context) => new CreateCategory(context, fields));
    return success(await this.views.category(await this.reader.category(publicId)));
  }

  private list(query: ListQuery, filter: object) {
    const source = {
      projection: 'categories',
      filter: { deletedAt: null, ...filter },
      sortable: { id: 'id', name: 'names.en', position: 'position' },
    };
    return this.listing.page(query, source, (category: CategoryDocument) => this.views.category(category));
  }
}
