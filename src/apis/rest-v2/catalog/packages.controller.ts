import { Body, Delete, Get, Param, Post, Put, Query } from '@nestjs/common';
import type { PackageDocument } from '../../../../projections/catalog/packages.projection.js';
import {
  CreatePackage,
  DeletePackage,
  SetExplicitPrices,
  UpdatePackage,
} from '../../../contexts/catalog/index.js';
import { ADMINS, Allow, CalledBy, Caller, EVERYBODY } from '../access.js';
import { success } from '../answers.js';
import { ApiController } from '../api-controller.js';
import { PublicIdPipe } from '../body.js';
import { Listing } from '../listing.js';
import { AnswersList, AnswersOne } from '../openapi/answers.schema.js';
import { Writes } from '../writes.js';
import { CreatePackageBody, ExplicitPricesBody, PackageListQuery, UpdatePackageBody } from './catalog.dto.js';
import { explicitPrices, newPackage, packageChanges } from './catalog.fields.js';
import { CatalogReader } from './catalog.reader.js';
import { DELETED, PACKAGE, PACKAGE_TO_CALLER, PRICES } from './catalog.schemas.js';
import { CatalogViews, pricesOf } from './catalog.views.js';
import { PartnerCatalog } from './partner-catalog.js';
import { catalogFilter, PLACED_SORT } from './status.js';

/** Partners see the packages that they may buy, at their own prices, without costs and suppliers. */
@ApiController('api/packages')
export class PackagesController {
  constructor(
    private readonly writes: Writes,
    private readonly listing: Listing,
    private readonly reader: CatalogReader,
    private readonly views: CatalogViews,
    private readonly sights: PartnerCatalog,
  ) {}

  @Get()
  @Allow(EVERYBODY)
  @AnswersList(PACKAGE_TO_CALLER, PLACED_SORT)
  async list(@CalledBy() caller: Caller, @Query() query: PackageListQuery) {
    const { isPartner, packages, terms } = await this.sights.sightOf(caller);
    const filter = {
      ...catalogFilter(query),
      ...(await this.reader.referring(query, isPartner)),
      ...packages,
    };
    return this.listing.page(
      query,
      { projection: 'packages', filter, sortable: PLACED_SORT },
      (found: PackageDocument) =>
        isPartner ? this.views.packageForPartner(found, terms) : this.views.package(found, terms),
    );
  }

  @Get(':id')
  @Allow(EVERYBODY)
  @AnswersOne(PACKAGE_TO_CALLER)
  async get(@CalledBy() caller: Caller, @Param('id', PublicIdPipe) id: number) {
    const { isPartner, packages, terms } = await this.sights.sightOf(caller);
    const found = await this.reader.one('packages', id, packages);
    return success(
      await (isPartner ? this.views.packageForPartner(found, terms) : this.views.package(found, terms)),
    );
  }

  @Get(':id/prices')
  @Allow(EVERYBODY)
  @AnswersOne(PRICES)
  async prices(@CalledBy() caller: Caller, @Param('id', PublicIdPipe) id: number) {
    const { packages, terms } = await this.sights.sightOf(caller);
    return success(pricesOf(await this.reader.one('packages', id, packages), terms));
  }

  /** Sets prices by hand in single currencies, null takes one away; those that are not named stay. */
  @Put(':id/prices')
  @Allow(ADMINS)
  @AnswersOne(PACKAGE)
  async setPrices(
    @CalledBy() caller: Caller,
    @Param('id', PublicIdPipe) id: number,
    @Body() body: ExplicitPricesBody,
  ) {
    const { _id } = await this.reader.one('packages', id);
    const changes = { prices: explicitPrices(body), origin: 'manual' as const };
    await this.writes.run(caller, (context) => new SetExplicitPrices(context, String(_id), changes));
    return this.show(caller, id);
  }

  @Post()
  @Allow(ADMINS)
  @AnswersOne(PACKAGE)
  async create(@CalledBy() caller: Caller, @Body() body: CreatePackageBody) {
    const fields = await newPackage(this.reader, body);
    const { publicId } = await this.writes.run(caller, (context) => new CreatePackage(context, fields));
    return this.show(caller, publicId);
  }

  @Put(':id')
  @Allow(ADMINS)
  @AnswersOne(PACKAGE)
  async update(
    @CalledBy() caller: Caller,
    @Param('id', PublicIdPipe) id: number,
    @Body() body: UpdatePackageBody,
  ) {
    const now = await this.reader.one('packages', id);
    const changes = await packageChanges(this.reader, body, now);
    await this.writes.run(caller, (context) => new UpdatePackage(context, String(now._id), changes));
    return this.show(caller, id);
  }

  /** Refused while a key is reserved; what was sold stays, the other keys are retired. */
  @Delete(':id')
  @Allow(ADMINS)
  @AnswersOne(DELETED)
  async delete(@CalledBy() caller: Caller, @Param('id', PublicIdPipe) id: number) {
    const uuid = await this.reader.idEver('packages', id);
    await this.writes.run(caller, (context) => new DeletePackage(context, uuid), 'several');
    return success({ id });
  }

  private async show(caller: Caller, id: number) {
    const { terms } = await this.sights.sightOf(caller);
    return success(await this.views.package(await this.reader.one('packages', id), terms));
  }
}
