import { Body, Delete, Get, Param, Post, Put, Query } from '@nestjs/common';
import type { CategoryDocument } from '../../../../projections/catalog/categories.projection.js';
import { CreateCategory, DeleteCategory, UpdateCategory } from '../../../contexts/catalog/index.js';
import type { Filter } from '../../../platform/read-store/read-store.js';
import { ADMINS, Allow, CalledBy, Caller, STAFF } from '../access.js';
import { success } from '../answers.js';
import { ApiController } from '../api-controller.js';
import { PublicIdPipe } from '../body.js';
import { containing, Listing, ListQuery } from '../listing.js';
import { AnswersList, AnswersOne } from '../openapi/answers.schema.js';
import { Writes } from '../writes.js';
import {
  CreateCategoryBody,
  CreateSubcategoryBody,
  type NamedBody,
  SubcategoryListQuery,
  UpdateCategoryBody,
} from './catalog.dto.js';
import { categoryChanges, newCategory } from './catalog.fields.js';
import { CatalogReader } from './catalog.reader.js';
import { CATEGORY, DELETED } from './catalog.schemas.js';
import { CatalogViews } from './catalog.views.js';

const SORTABLE = {
  id: 'id',
  name: 'names.en',
  name_en: 'names.en',
  position: 'position',
  created_at: 'createdAt',
  updated_at: 'updatedAt',
};

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
  @AnswersList(CATEGORY, SORTABLE)
  categories(@Query() query: ListQuery) {
    return this.list(query, { parentId: null });
  }

  @Get('subcategories')
  @Allow(STAFF)
  @AnswersList(CATEGORY, SORTABLE)
  async subcategories(@Query() query: SubcategoryListQuery) {
    const { category_id: parent } = query;
    const parentId = parent === undefined ? { $ne: null } : await this.idOf(parent, 'category_id');
    return this.list(query, { parentId });
  }

  @Get(['categories/:id', 'subcategories/:id'])
  @Allow(STAFF)
  @AnswersOne(CATEGORY)
  get(@Param('id', PublicIdPipe) id: number) {
    return this.show(id);
  }

  @Post('categories')
  @Allow(ADMINS)
  @AnswersOne(CATEGORY)
  async createCategory(@CalledBy() caller: Caller, @Body() body: CreateCategoryBody) {
    const { parent_id: parent } = body;
    return this.create(caller, body, parent ? await this.idOf(parent, 'parent_id') : null);
  }

  @Post('subcategories')
  @Allow(ADMINS)
  @AnswersOne(CATEGORY)
  async createSubcategory(@CalledBy() caller: Caller, @Body() body: CreateSubcategoryBody) {
    return this.create(caller, body, await this.idOf(body.category_id, 'category_id'));
  }

  @Put(['categories/:id', 'subcategories/:id'])
  @Allow(ADMINS)
  @AnswersOne(CATEGORY)
  async update(
    @CalledBy() caller: Caller,
    @Param('id', PublicIdPipe) id: number,
    @Body() body: UpdateCategoryBody,
  ) {
    const { _id } = await this.reader.one('categories', id);
    const changes = await categoryChanges(this.reader, body);
    await this.writes.run(caller, (context) => new UpdateCategory(context, String(_id), changes));
    return this.show(id);
  }

  /** Refused while subcategories or products hang on it. */
  @Delete(['categories/:id', 'subcategories/:id'])
  @Allow(ADMINS)
  @AnswersOne(DELETED)
  async delete(@CalledBy() caller: Caller, @Param('id', PublicIdPipe) id: number) {
    const { _id } = await this.reader.one('categories', id);
    await this.writes.run(caller, (context) => new DeleteCategory(context, String(_id)));
    return success({ id });
  }

  private async create(caller: Caller, body: NamedBody, parentId: string | null) {
    const fields = newCategory(body, parentId);
    const { publicId } = await this.writes.run(caller, (context) => new CreateCategory(context, fields));
    return this.show(publicId);
  }

  private list(query: ListQuery, narrowed: Filter) {
    const filter = { deletedAt: null, ...narrowed, ...containing('search', query.search) };
    return this.listing.page(
      query,
      { projection: 'categories', filter, sortable: SORTABLE },
      (found: CategoryDocument) => this.views.category(found),
    );
  }

  private idOf(publicId: number, field: string): Promise<string> {
    return this.reader.idOf('categories', publicId, field);
  }

  private async show(id: number) {
    return success(await this.views.category(await this.reader.one('categories', id)));
  }
}
