import { Injectable, NotFoundException } from '@nestjs/common';
import type { OrderDocument } from '../../../../projections/ordering/orders.projection.js';
import type { PartnerDocument } from '../../../../projections/partners/partners.projection.js';
import type { Principal } from '../../../platform/auth/tokens.js';
import { ReadModels } from '../../../platform/projections/read-models.js';
import type { Filter } from '../../../platform/read-store/read-store.js';
import { BusinessCalendar } from '../business-calendar.js';
import { PartnerScope } from '../partners/partner-scope.js';
import type { OrderListQuery } from './orders.dto.js';

/** Sorts after every other text with the same beginning. */
const LAST = '\uffff';
const MATCHES_BESIDE_A_NUMBER = 99;

/** Orders as a caller may see them: whoever's they are not, for them they are not there. */
@Injectable()
export class OrdersReader {
  constructor(
    private readonly models: ReadModels,
    private readonly scope: PartnerScope,
    private readonly calendar: BusinessCalendar,
  ) {}

  /** @throws 404 for unknown and other people's orders alike. */
  async find(principal: Principal, publicId: number): Promise<OrderDocument> {
    const found = await this.models.findOne<OrderDocument>('orders', { id: publicId });
    if (!found || !(await this.scope.covers(principal, found.partnerId))) {
      throw new NotFoundException('Order not found');
    }
    return found;
  }

  /** What a list or an export asks for; a partner that the caller may not see has no orders. @throws 400 naming the field */
  async filterOf(principal: Principal, query: OrderListQuery): Promise<Filter> {
    const { status, search, dateFrom, dateTo } = query;
    const { from, to } = this.calendar.range(dateFrom, dateTo);
    const partners = await this.partnersOf(principal, query.partnerId);
    return {
      ...(status === undefined ? {} : { status }),
      ...partners,
      ...(from === undefined && to === undefined
        ? {}
        : { createdAt: { ...(from && { $gte: from }), ...(to && { $lte: to }) } }),
      ...(search ? await this.matching(search) : {}),
    };
  }

  private async partnersOf(principal: Principal, publicId: number | undefined): Promise<Filter> {
    if (publicId === undefined) return this.scope.filterOf(principal);
    const filter = { id: publicId, ...this.scope.filterOfPartners(principal) };
    const partner = await this.models.findOne<PartnerDocument>('partners', filter);
    return { partnerId: { $in: partner ? [partner._id] : [] } };
  }

  private async matching(search: string): Promise<Filter> {
    const begins = { reference: { $gte: search, $lte: `${search}${LAST}` } };
    const number = /^\d{1,15}$/.test(search) ? Number(search) : null;
    const numbered = number && (await this.models.findOne<OrderDocument>('orders', { id: number }));
    if (!numbered) return begins;
    // By their keys, as no index serves "one or the other"; the first of those that begin so are enough.
    const others = await this.models.find<OrderDocument>('orders', {
      filter: begins,
      limit: MATCHES_BESIDE_A_NUMBER,
    });
    return { _id: { $in: [...new Set([numbered, ...others].map(({ _id }) => _id))] } };
  }
}
