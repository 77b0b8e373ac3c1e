import { Injectable } from '@nestjs/common';
import type { ProductDocument } from '../../../../projections/catalog/products.projection.js';
import type { OrderDocument } from '../../../../projections/ordering/orders.projection.js';
import type { Principal } from '../../../platform/auth/tokens.js';
import { Clock } from '../../../platform/kernel/clock.js';
import { ReadModels } from '../../../platform/projections/read-models.js';
import { BusinessCalendar, daysAfter } from '../business-calendar.js';
import { PartnerScope, type VisiblePartners } from '../partners/partner-scope.js';
import { SalesReader, SalesSum } from './sales.reader.js';

const MOST_PURCHASED = 10;
const ACTIVITY_DAYS = 30;

/** The figures on dashboards, by the days of the business zone. */
@Injectable()
export class OrderStatistics {
  constructor(
    private readonly models: ReadModels,
    private readonly sales: SalesReader,
    private readonly calendar: BusinessCalendar,
    private readonly scope: PartnerScope,
    private readonly clock: Clock,
  ) {}

  async dashboard(principal: Principal) {
    const partners = await this.scope.partnersVisibleTo(principal);
    const today = this.calendar.dayOf(this.clock.now());
    const periods = [today, this.calendar.weekOf(today), this.calendar.monthOf(today)].map((day) => ({
      fromMs: this.calendar.startOf(day),
      sum: new SalesSum(),
    }));
    const earliestMs = Math.min(...periods.map(({ fromMs }) => fromMs));
    // What a clock that was ahead dated later counts on its day.
    const endMs = this.calendar.startOf(daysAfter(today, 1));
    for await (const { atMs, currency, figures } of this.sales.since(earliestMs, partners)) {
      if (atMs >= endMs) continue;
      for (const { fromMs, sum } of periods) if (atMs >= fromMs) sum.add(currency, figures);
    }
    const [day, week, month] = periods.map(({ sum }) => sum);
    const { total, distribution } = await this.overall(partners);
    return {
      total_orders: total.orders + distribution.pending,
      orders_today: day!.orders,
      orders_this_week: week!.orders,
      orders_this_month: month!.orders,
      revenue: total.revenue,
      revenue_today: day!.revenue,
      revenue_this_week: week!.revenue,
      revenue_this_month: month!.revenue,
      status_distribution: distribution,
    };
  }

  /** @param partnerId UUID */
  async ofPartner(partnerId: string) {
    const { total, distribution } = await this.overall([partnerId]);
    return {
      orders_count: total.orders + distribution.pending,
      revenue: total.revenue,
      status_distribution: distribution,
      last_order_at: await this.lastOrderOf(partnerId),
      most_purchased_products: await this.mostPurchased(partnerId),
      activity: await this.activityOf(partnerId),
    };
  }

  private async overall(partners: VisiblePartners) {
    const total = await this.sales.total(partners);
    const { confirmed, cancelled, refunded } = total;
    const pending = await this.sales.pending(partners);
    return { total, distribution: { pending, confirmed, cancelled, refunded } };
  }

  private async lastOrderOf(partnerId: string): Promise<string | null> {
    const [last] = await this.models.find<OrderDocument>('orders', {
      filter: { partnerId },
      sort: { createdAt: -1 },
      limit: 1,
    });
    return last?.createdAt ?? null;
  }

  private async mostPurchased(partnerId: string) {
    const products = [...(await this.sales.byProduct(partnerId))]
      .sort(([a, one], [b, other]) => other.orders - one.orders || (a < b ? -1 : 1))
      .slice(0, MOST_PURCHASED);
    return Promise.all(
      products.map(async ([id, { orders, revenue }]) => {
        const product = await this.models.get<ProductDocument>('products', id);
        return { product_id: product?.id ?? null, product: product?.names.en ?? null, orders, revenue };
      }),
    );
  }

  /** The last days, today included, those without a sale too. */
  private async activityOf(partnerId: string) {
    const first = daysAfter(this.calendar.dayOf(this.clock.now()), 1 - ACTIVITY_DAYS);
    const days = new Map<string, SalesSum>();
    for (let day = 0; day < ACTIVITY_DAYS; day += 1) days.set(daysAfter(first, day), new SalesSum());
    for await (const sold of this.sales.since(this.calendar.startOf(first), [partnerId])) {
      days.get(this.calendar.dayOf(sold.atMs))?.add(sold.currency, sold.figures);
    }
    return [...days].map(([date, { orders, revenue }]) => ({ date, orders, revenue }));
  }
}
