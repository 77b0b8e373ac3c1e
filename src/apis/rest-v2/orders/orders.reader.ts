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
    const narrowed = {
      ...(status === undefined ? {} : { status }),
      ...(await this.partnersOf(principal, query.partnerId)),
      ...(from === undefined && to === undefined
        ? {}
        : { createdAt: { ...(from && { $gte: from }), ...(to && { $lte: to }) } }),
    };
    return { ...narrowed, ...(search ? await this.matching(search, narrowed) : {}) };
  }

  private async partnersOf(principal: Principal, publicId: number | undefined): Promise<Filter> {
    if (publicId === undefined) return this.scope.filterOf(principal);
    const filter = { id: publicId, ...this.scope.filterOfPartners(principal) };
    const partner = await this.models.findOne<PartnerDocument>('partners', filter);
    return { partnerId: { $in: partner ? [partner._id] : [] } };
  }

  /** @param narrowed what else is asked of them: of other orders it does not matter how many begin so */
  private async matching(search: string, narrowed: Filter): Promise<Filter> {
    const begins = { reference: { $gte: search, $lte: `${search}${LAST}` } };
    const id = /^\d{1,15}$/.test(search) ? Number(search) : null;
    const numbered = id && (await this.models.findOne<OrderDocument>('orders', { id }));
    if (!numbered || numbered.reference.startsWith(search)) return begins;
    // By their keys, as no index serves "one or the other"; where more begin so, all that is narrowed is looked at.
    const others = await this.models.find<OrderDocument>('orders', {
      filter: { ...narrowed, ...begins },
      limit: MATCHES_BESIDE_A_NUMBER + 1,
    });
    if (others.length > MATCHES_BESIDE_A_NUMBER) return { $or: [begins, { _id: numbered._id }] };
    return { _id: { $in: [numbered, ...others].map(({ _id }) => _id) } };
  }
}
