import {
  Body,
  ConflictException,
  Get,
  HttpCode,
  Param,
  Patch,
  Post,
  Query,
  StreamableFile,
  UseInterceptors,
} from '@nestjs/common';
import type { OrderDocument } from '../../../../projections/ordering/orders.projection.js';
import { ResendOrder } from '../../../contexts/deliveries/index.js';
import { RefundOrder, ReplaceKey } from '../../../contexts/ordering/index.js';
import { ADMINS, Allow, CalledBy, Caller, EVERYBODY } from '../access.js';
import { success } from '../answers.js';
import { ApiController } from '../api-controller.js';
import { PublicIdPipe } from '../body.js';
import { ResendBody } from '../deliveries/deliveries.dto.js';
import { ExportShares } from '../export-shares.js';
import { Listing, sortOf } from '../listing.js';
import { AnswersFile, AnswersList, AnswersOne } from '../openapi/answers.schema.js';
import { Writes } from '../writes.js';
import { OrderViews } from './order.views.js';
import { OrderExport } from './order-export.js';
import { OrderStatistics } from './order-statistics.js';
import { OrderExportQuery, OrderListQuery, OrderStatusBody, ReplaceKeyBody } from './orders.dto.js';
import { OrdersReader } from './orders.reader.js';
import { DASHBOARD, ORDER, ORDER_DETAILS } from './orders.schemas.js';

const SORTABLE = { created_at: 'createdAt', id: 'id', order_id: 'reference' };
const NEWEST_FIRST = '-created_at';
/** What a search finds lies in this order: many need not be sorted to show the first. */
const BY_REFERENCE = 'order_id';

/** What each status that can be asked for does to an order. */
const UNDO = {
  cancelled: { kind: 'annulment', reason: 'cancelled by the staff' },
  refunded: { kind: 'refund', reason: 'refunded by the staff' },
} as const;

@ApiController('api/orders')
export class OrdersController {
  constructor(
    private readonly writes: Writes,
    private readonly listing: Listing,
    private readonly reader: OrdersReader,
    private readonly views: OrderViews,
    private readonly statistics: OrderStatistics,
    private readonly exports: OrderExport,
  ) {}

  @Get()
  @Allow(EVERYBODY)
  @AnswersList(ORDER, SORTABLE)
  async list(@CalledBy() { principal }: Caller, @Query() query: OrderListQuery) {
    const filter = await this.reader.filterOf(principal, query);
    const source = { projection: 'orders', filter, sortable: SORTABLE };
    const page = { ...query, sort: query.sort ?? (query.search ? BY_REFERENCE : NEWEST_FIRST) };
    return this.listing.page(page, source, (order: OrderDocument) => this.views.order(order));
  }

  @Get('stats/dashboard')
  @Allow(EVERYBODY)
  @AnswersOne(DASHBOARD)
  async dashboard(@CalledBy() { principal }: Caller) {
    return success(await this.statistics.dashboard(principal));
  }

  /** Oldest first unless it is asked for otherwise, all orders; `page` and `limit` are not looked at. */
  @Get('export/csv')
  @UseInterceptors(ExportShares)
  @Allow(EVERYBODY)
  @AnswersFile('text/csv', SORTABLE)
  async export(@CalledBy() { principal }: Caller, @Query() query: OrderExportQuery) {
    const filter = await this.reader.filterOf(principal, query);
    const sort = sortOf(query.sort, SORTABLE);
    return new StreamableFile(this.exports.stream(filter, sort, query.bom === '1'), {
      type: 'text/csv; charset=utf-8',
      disposition: 'attachment; filename="orders.csv"',
    });
  }

  @Get(':id')
  @Allow(EVERYBODY)
  @AnswersOne(ORDER_DETAILS)
  async get(@CalledBy() caller: Caller, @Param('id', PublicIdPipe) id: number) {
    return this.details(caller, id);
  }

  @Patch(':id/status')
  @Allow(ADMINS)
  @AnswersOne(ORDER_DETAILS)
  async changeStatus(
    @CalledBy() caller: Caller,
    @Param('id', PublicIdPipe) id: number,
    @Body() { status }: OrderStatusBody,
  ) {
    const orderId = String((await this.reader.find(caller.principal, id))._id);
    if (status !== 'cancelled' && status !== 'refunded') {
      throw new ConflictException(`status: no order can be made ${status}`);
    }
    await this.writes.run(caller, (context) => new RefundOrder(context, { orderId, ...UNDO[status] }));
    return this.details(caller, id);
  }

  @Post(':id/replace')
  @HttpCode(200)
  @Allow(ADMINS)
  @AnswersOne(ORDER_DETAILS)
  async replace(
    @CalledBy() caller: Caller,
    @Param('id', PublicIdPipe) id: number,
    @Body() { key_id: key }: ReplaceKeyBody,
  ) {
    const orderId = String((await this.reader.find(caller.principal, id))._id);
    const keyNumber = key === undefined ? null : String(key);
    await this.writes.run(caller, (context) => new ReplaceKey(context, { orderId, keyNumber }));
    return this.details(caller, id);
  }

  /** Sends the keys once more, to another address if one is given. */
  @Post(':id/resend')
  @HttpCode(200)
  @Allow(ADMINS)
  @AnswersOne(ORDER_DETAILS)
  async resend(
    @CalledBy() caller: Caller,
    @Param('id', PublicIdPipe) id: number,
    @Body() { email }: ResendBody,
  ) {
    const orderId = String((await this.reader.find(caller.principal, id))._id);
    await this.writes.run(caller, (context) => new ResendOrder(context, { orderId, email: email ?? null }));
    return this.details(caller, id);
  }

  private async details(caller: Caller, id: number) {
    const { principal } = caller;
    const order = await this.reader.find(principal, id);
    const isStaff = principal.role !== 'partner';
    return success(await this.views.details(order, this.writes.contextOf(caller), isStaff));
  }
}
