import { Body, Delete, Get, HttpCode, NotFoundException, Param, Post, Query } from '@nestjs/common';
import type { DeliveryDocument } from '../../../../projections/deliveries/deliveries.projection.js';
import type { SuppressionDocument } from '../../../../projections/deliveries/suppressions.projection.js';
import type { PartnerDocument } from '../../../../projections/partners/partners.projection.js';
import { EraseCustomer, LiftSuppression } from '../../../contexts/deliveries/index.js';
import type { Role } from '../../../platform/auth/account-source.js';
import type { Principal } from '../../../platform/auth/tokens.js';
import { ReadModels } from '../../../platform/projections/read-models.js';
import type { Filter } from '../../../platform/read-store/read-store.js';
import { ADMINS, Allow, CalledBy, Caller, EVERYBODY } from '../access.js';
import { success } from '../answers.js';
import { ApiController } from '../api-controller.js';
import { PublicIdPipe } from '../body.js';
import { Listing, PageQuery } from '../listing.js';
import { AnswersList, AnswersOne } from '../openapi/answers.schema.js';
import { PartnerScope } from '../partners/partner-scope.js';
import { Writes } from '../writes.js';
import { DeliveryListQuery, ErasureBody } from './deliveries.dto.js';
import { DELIVERY, ERASURE, LIFTED, SUPPRESSION } from './deliveries.schemas.js';
import { DeliveryViews } from './delivery.views.js';

/** Who sees whose addresses are suppressed. */
const OVERSEERS: readonly Role[] = [...ADMINS, 'auditor'];
const DELIVERIES_BY = { updated_at: 'updatedAt' };
const SUPPRESSIONS_BY = { suppressed_at: 'suppressedAt', id: 'id' };

@ApiController('api/deliveries')
export class DeliveriesController {
  constructor(
    private readonly listing: Listing,
    private readonly views: DeliveryViews,
    private readonly scope: PartnerScope,
    private readonly models: ReadModels,
  ) {}

  @Get()
  @Allow(EVERYBODY)
  @AnswersList(DELIVERY, DELIVERIES_BY)
  async list(@CalledBy() { principal }: Caller, @Query() query: DeliveryListQuery) {
    const { status, partner_id: partner } = query;
    const filter = {
      ...(status === undefined ? {} : { status }),
      ...(await this.partnersOf(principal, partner)),
    };
    const source = { projection: 'deliveries', filter, sortable: DELIVERIES_BY };
    const page = { ...query, sort: query.sort ?? '-updated_at' };
    return this.listing.page(page, source, (delivery: DeliveryDocument) => this.views.delivery(delivery));
  }

  private async partnersOf(principal: Principal, publicId: number | undefined): Promise<Filter> {
    if (publicId === undefined) return this.scope.filterOf(principal);
    const filter = { id: publicId, ...this.scope.filterOfPartners(principal) };
    const partner = await this.models.findOne<PartnerDocument>('partners', filter);
    return { partnerId: { $in: partner ? [partner._id] : [] } };
  }
}

@ApiController('api/suppressions')
export class SuppressionsController {
  constructor(
    private readonly writes: Writes,
    private readonly listing: Listing,
    private readonly views: DeliveryViews,
    private readonly models: ReadModels,
  ) {}

  @Get()
  @Allow(OVERSEERS)
  @AnswersList(SUPPRESSION, SUPPRESSIONS_BY)
  async list(@Query() query: PageQuery) {
    const source = { projection: 'suppressions', filter: {}, sortable: SUPPRESSIONS_BY };
    const page = { ...query, sort: query.sort ?? '-suppressed_at' };
    return this.listing.page(page, source, (one: SuppressionDocument) => this.views.suppression(one));
  }

  @Delete(':id')
  @Allow(ADMINS)
  @AnswersOne(LIFTED)
  async lift(@CalledBy() caller: Caller, @Param('id', PublicIdPipe) id: number) {
    const found = await this.models.findOne<SuppressionDocument>('suppressions', { id });
    if (!found) throw new NotFoundException('Suppression not found');
    await this.writes.run(caller, (context) => new LiftSuppression(context, String(found._id)));
    return success({ id, lifted: true });
  }
}

@ApiController('api/privacy/erasures')
export class ErasuresController {
  constructor(private readonly writes: Writes) {}

  @Post()
  @HttpCode(200)
  @Allow(ADMINS)
  @AnswersOne(ERASURE)
  async erase(@CalledBy() caller: Caller, @Body() { email }: ErasureBody) {
    const { ended } = await this.writes.run(
      caller,
      (context) => new EraseCustomer(context, email),
      'several',
    );
    return success({ erased: true, ended_deliveries: ended });
  }
}
