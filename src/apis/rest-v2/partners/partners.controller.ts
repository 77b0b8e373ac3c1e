import { Body, Delete, Get, Param, Post, Put, Query } from '@nestjs/common';
import type { PartnerDocument } from '../../../../projections/partners/partners.projection.js';
import {
  DeletePartner,
  type PartnerUpdate,
  RegisterPartner,
  SetPartnerAccess,
  UpdatePartner,
} from '../../../contexts/partners/index.js';
import { ADMINS, Allow, CalledBy, Caller, EVERYBODY, MANAGERS, STAFF } from '../access.js';
import { decimalText } from '../amounts.js';
import { success } from '../answers.js';
import { ApiController } from '../api-controller.js';
import { PublicIdPipe } from '../body.js';
import { CatalogReader } from '../catalog/catalog.reader.js';
import { toStatus } from '../catalog/status.js';
import { containing, Listing } from '../listing.js';
import { AnswersList, AnswersOne } from '../openapi/answers.schema.js';
import { Writes } from '../writes.js';
import { assertMayEdit, assertSaysAccess } from './partner-edits.js';
import {
  AccessBody,
  type BalanceAlertsBody,
  CreatePartnerBody,
  PartnerListQuery,
  UpdatePartnerBody,
} from './partners.dto.js';
import { PartnersReader } from './partners.reader.js';
import { DELETED_PARTNER, PARTNER, PARTNER_ACCESS, PARTNER_PROFILE } from './partners.schemas.js';

const SORTABLE = { id: 'id', name: 'name', login: 'login', status: 'statusRank', created_at: 'createdAt' };
const STATUSES = ['inactive', 'active', 'blocked'] as const;

const textOf = (value: number | string | null | undefined, field: string): string | null | undefined =>
  value === null || value === undefined ? value : decimalText(value, field);

const alertsOf = (body: BalanceAlertsBody): PartnerUpdate['balanceAlertBelow'] =>
  Object.fromEntries(
    Object.entries(body).map(([currency, value]) => [
      currency,
      textOf(value, `balance_alert_below.${currency}`) ?? null,
    ]),
  );

function updateOf(body: UpdatePartnerBody, managerId: string | null | undefined): PartnerUpdate {
  return {
    name: body.name,
    password: body.password,
    apiKey: body.api_key,
    email: body.email,
    overlapHours: body.overlap_hours,
    status: body.status === undefined ? undefined : STATUSES[body.status],
    billingMode: body.billing_mode,
    creditLimit: textOf(body.credit_limit, 'credit_limit'),
    markupPercent: textOf(body.markup_percent, 'markup_percent') ?? undefined,
    commissionPercent: textOf(body.commission_percent, 'commission_percent') ?? undefined,
    ipAllowlist: body.ip_allowlist,
    revealOn: body.reveal_on,
    maxOpenReservations: body.max_open_reservations,
    logoUrl: body.logo_url,
    supportEmail: body.support_email,
    language: body.language,
    managerId,
    balanceAlertBelow: body.balance_alert_below && alertsOf(body.balance_alert_below),
  };
}

@ApiController('api/partners')
export class PartnersController {
  constructor(
    private readonly writes: Writes,
    private readonly listing: Listing,
    private readonly reader: PartnersReader,
    private readonly catalog: CatalogReader,
  ) {}

  @Get()
  @Allow(STAFF)
  @AnswersList(PARTNER, SORTABLE)
  list(@CalledBy() { principal }: Caller, @Query() query: PartnerListQuery) {
    const filter = {
      status: query.status === undefined ? { $ne: 'deleted' } : STATUSES[query.status],
      ...containing('search', query.search),
      ...this.reader.scopeOf(principal),
    };
    const source = { projection: 'partners', filter, sortable: SORTABLE };
    return this.listing.page(query, source, (partner: PartnerDocument) => this.reader.partner(partner));
  }

  @Get(':id')
  @Allow(EVERYBODY)
  @AnswersOne(PARTNER_PROFILE)
  async get(@CalledBy() { principal }: Caller, @Param('id', PublicIdPipe) id: number) {
    return success(await this.reader.profile(principal, id));
  }

  @Post()
  @Allow(ADMINS)
  @AnswersOne(PARTNER_PROFILE)
  async create(@CalledBy() caller: Caller, @Body() body: CreatePartnerBody) {
    const partner = {
      ...{ name: body.name, login: body.login, password: body.password, apiKey: body.api_key },
      ...{ email: body.email, phone: body.phone, billingMode: body.billing_mode },
      status: toStatus(body.status),
      defaultCurrency: body.default_currency,
      creditLimit: textOf(body.credit_limit, 'credit_limit'),
      logoUrl: body.logo_url,
      supportEmail: body.support_email,
      language: body.language,
      managerId: this.reader.managerOf(body.manager_id),
    };
    const made = await this.writes.run(caller, (context) => new RegisterPartner(context, partner));
    return success(await this.reader.profile(caller.principal, made.partner.publicId));
  }

  /** Managers change `name`, `logo_url`, `support_email`, `language` and `balance_alert_below` of their clients. */
  @Put(':id')
  @Allow(MANAGERS)
  @AnswersOne(PARTNER_PROFILE)
  async update(
    @CalledBy() caller: Caller,
    @Param('id', PublicIdPipe) id: number,
    @Body() body: UpdatePartnerBody,
  ) {
    const { _id: partnerId } = await this.reader.find(caller.principal, id);
    assertMayEdit(caller.principal, body);
    const update = updateOf(body, this.reader.managerOf(body.manager_id));
    await this.writes.run(caller, (context) => new UpdatePartner(context, String(partnerId), update));
    return success(await this.reader.profile(caller.principal, id));
  }

  /** Blocks the partner for ever and frees nothing: neither its login nor its money. Not while it has reservations. */
  @Delete(':id')
  @Allow(ADMINS)
  @AnswersOne(DELETED_PARTNER)
  async delete(@CalledBy() caller: Caller, @Param('id', PublicIdPipe) id: number) {
    const { _id: partnerId } = await this.reader.find(caller.principal, id);
    await this.writes.run(caller, (context) => new DeletePartner(context, String(partnerId)));
    return success({ id });
  }

  @Get(':id/access')
  @Allow(EVERYBODY)
  @AnswersOne(PARTNER_ACCESS)
  async access(@CalledBy() { principal }: Caller, @Param('id', PublicIdPipe) id: number) {
    return success(await this.reader.access(await this.reader.find(principal, id)));
  }

  @Put(':id/access')
  @Allow(MANAGERS)
  @AnswersOne(PARTNER_ACCESS)
  async setAccess(
    @CalledBy() caller: Caller,
    @Param('id', PublicIdPipe) id: number,
    @Body() body: AccessBody,
  ) {
    const { _id: partnerId } = await this.reader.find(caller.principal, id);
    assertSaysAccess(body);
    const { product_ids: products = [], package_ids: packages = null } = body;
    const access = {
      allProducts: body.all_products ?? false,
      productIds: await this.catalog.idsOf('products', products, 'product_ids'),
      packageIds: packages && (await this.catalog.idsOf('packages', packages, 'package_ids')),
    };
    await this.writes.run(caller, (context) => new SetPartnerAccess(context, String(partnerId), access));
    return success(await this.reader.access(await this.reader.find(caller.principal, id)));
  }
}
