import { Injectable } from '@nestjs/common';
import type { OrderDocument } from '../../../../projections/ordering/orders.projection.js';
import { DEMO_PACKAGE_PREFIX, type Figures } from '../../../../projections/ordering/sale-figures.js';
import type { SalesDayDocument } from '../../../../projections/ordering/sales-by-day.projection.js';
import type { SalesTotalDocument } from '../../../../projections/ordering/sales-totals.projection.js';
import { type Currency, formatMinor } from '../../../platform/kernel/money.js';
import { ReadModels } from '../../../platform/projections/read-models.js';
import type { Filter } from '../../../platform/read-store/read-store.js';
import type { VisiblePartners } from '../partners/partner-scope.js';

const QUARTER_MS = 900_000;
/** Greater than what may follow the prefix of an id. */
const LAST = '~';

/** Figures of several currencies, added up. Amounts are minor units. */
export class SalesSum {
  confirmed = 0;
  cancelled = 0;
  refunded = 0;
  private aznMinor = 0n;
  private readonly byCurrency = new Map<string, bigint>();

  add(currency: string, figures: Figures): void {
    this.confirmed += figures.confirmed;
    this.cancelled += figures.cancelled;
    this.refunded += figures.refunded;
    this.aznMinor += BigInt(figures.azn);
    this.byCurrency.set(currency, (this.byCurrency.get(currency) ?? 0n) + BigInt(figures.amount));
  }

  /** Orders that were confirmed, whatever became of them. */
  get orders(): number {
    return this.confirmed + this.cancelled + this.refunded;
  }

  get revenue() {
    const amounts = [...this.byCurrency].sort(([a], [b]) => (a < b ? -1 : 1));
    return {
      azn: formatMinor(this.aznMinor, 'AZN'),
      by_currency: Object.fromEntries(
        amounts.map(([currency, minor]) => [currency, formatMinor(minor, currency as Currency)]),
      ),
    };
  }
}

/** One quarter of an hour in one currency. */
export interface SalesQuarter {
  readonly atMs: number;
  readonly currency: string;
  readonly figures: Figures;
}

/**
 * What was sold, to some partners or to all. An order counts on the day of its confirmation, with what became of it
 * since. The demo shop counts as long as it is there.
 */
@Injectable()
export class SalesReader {
  constructor(private readonly models: ReadModels) {}

  async total(partners: VisiblePartners): Promise<SalesSum> {
    const sum = new SalesSum();
    for await (const { currency, figures } of this.totals({ ...ofPartners(partners), productId: null })) {
      sum.add(currency, figures);
    }
    return sum;
  }

  /** By product (UUID), of one partner. */
  async byProduct(partnerId: string): Promise<Map<string, SalesSum>> {
    const sums = new Map<string, SalesSum>();
    for await (const { productId, currency, figures } of this.totals({ partnerId })) {
      if (productId === null) continue;
      const sum = sums.get(productId) ?? new SalesSum();
      sum.add(currency, figures);
      sums.set(productId, sum);
    }
    return sums;
  }

  /** The quarters of an hour from a moment on, in no order. */
  async *since(fromMs: number, partners: VisiblePartners): AsyncGenerator<SalesQuarter> {
    const day = new Date(fromMs).toISOString().slice(0, 10);
    const filter = { ...ofPartners(partners), day: { $gte: day }, ...(await this.withoutDemo()) };
    for await (const documents of this.models.scan<SalesDayDocument>('sales-by-day', { filter })) {
      for (const { day: utcDay, currency, quarters } of documents) {
        for (const [quarter, figures] of Object.entries(quarters)) {
          const atMs = Date.parse(`${utcDay}T00:00:00.000Z`) + Number(quarter) * QUARTER_MS;
          if (atMs >= fromMs) yield { atMs, currency, figures };
        }
      }
    }
  }

  /** Orders that are not finished: few, at any moment. */
  async pending(partners: VisiblePartners): Promise<number> {
    let count = 0;
    const filter = { status: 'pending' };
    for await (const orders of this.models.scan<OrderDocument>('orders', { filter })) {
      count += orders.filter(({ partnerId }) => partners === 'all' || partners.includes(partnerId)).length;
    }
    return count;
  }

  private async *totals(filter: Filter): AsyncGenerator<SalesTotalDocument> {
    const counted = { ...filter, ...(await this.withoutDemo()) };
    for await (const batch of this.models.scan<SalesTotalDocument>('sales-totals', { filter: counted })) {
      yield* batch;
    }
  }

  /** What leaves the demo shop out once it was removed. */
  private async withoutDemo(): Promise<Filter> {
    const ids = { $gte: DEMO_PACKAGE_PREFIX, $lt: `${DEMO_PACKAGE_PREFIX}${LAST}` };
    const isThere = await this.models.findOne('packages', { _id: ids, deletedAt: null });
    return isThere ? {} : { demo: false };
  }
}

const ofPartners = (partners: VisiblePartners): Filter =>
  partners === 'all' ? { partnerId: null } : { partnerId: { $in: partners } };
