import { Injectable } from '@nestjs/common';
import type { OrderDocument } from '../../../../projections/ordering/orders.projection.js';
import type { MovementDocument } from '../../../../projections/wallets/movements.projection.js';
import type { CounterAccount } from '../../../contexts/wallets/index.js';
import type { Principal } from '../../../platform/auth/tokens.js';
import { formatMinor } from '../../../platform/kernel/money.js';
import { ReadModels } from '../../../platform/projections/read-models.js';
import type { Filter, Sort } from '../../../platform/read-store/read-store.js';
import { decimalOf } from '../amounts.js';
import type { Page } from '../answers.js';
import { BusinessCalendar } from '../business-calendar.js';
import { csvCell } from '../csv.js';
import { Listing, sortOf } from '../listing.js';
import type { TransactionsQuery } from './money.dto.js';
import { MovementNotes } from './movement-notes.js';
import { RunningBalances } from './running-balances.js';

const TYPES = {
  sales: 'purchase',
  topups: 'topup',
  commissions: 'commission',
  refunds: 'refund',
  'commission-returns': 'commission_return',
  adjustments: 'adjustment',
} as const satisfies Record<CounterAccount, string>;

export const MOVEMENTS_BY = { created_at: 'at' };
const NEWEST_FIRST = '-created_at';

export const STATEMENT_COLUMNS = [
  'id',
  'created_at',
  'currency',
  'type',
  'amount',
  'balance',
  'order_id',
  'order',
  'reference',
] as const;

/** Statements of partners' main wallets: each movement with the balance after it. */
@Injectable()
export class StatementReader {
  constructor(
    private readonly models: ReadModels,
    private readonly listing: Listing,
    private readonly calendar: BusinessCalendar,
    private readonly notes: MovementNotes,
  ) {}

  async page(ownerId: string, query: TransactionsQuery, { role }: Principal) {
    const filter = this.filterOf(ownerId, query);
    const source = { projection: 'movements', filter, sortable: MOVEMENTS_BY };
    const sort = query.sort ?? NEWEST_FIRST;
    const found: Page<MovementDocument> = await this.listing.page(
      { ...query, sort },
      source,
      (line: MovementDocument) => line,
    );
    const balances = await new RunningBalances(this.models).after(found.data);
    const data = await Promise.all(
      found.data.map(async (line, index) => ({
        ...(await this.line(line, balances[index]!)),
        comment: role === 'partner' ? null : await this.notes.open(line),
      })),
    );
    return { ...found, data };
  }

  /** All lines as CSV, oldest first by default. @throws 400 at once for dates that are none: a file that has begun cannot. */
  csv(ownerId: string, query: TransactionsQuery): AsyncGenerator<string> {
    return this.csvOf(this.filterOf(ownerId, query), sortOf(query.sort, MOVEMENTS_BY));
  }

  private async *csvOf(filter: Filter, sort: Sort): AsyncGenerator<string> {
    const running = new RunningBalances(this.models);
    for await (const lines of this.models.scan<MovementDocument>('movements', { filter, sort })) {
      let text = '';
      const balances = await running.after(lines);
      for (const [place, movement] of lines.entries()) {
        const line = await this.line(movement, balances[place]!);
        const { id, created_at, currency, type, amount, balance, order, reference } = line;
        const named = `${csvCell(order?.order_id ?? '')},${order?.id ?? ''},${csvCell(reference ?? '')}`;
        text += `${id},${created_at},${currency},${type},${amount},${balance},${named}\r\n`;
      }
      yield text;
    }
  }

  private filterOf(ownerId: string, query: TransactionsQuery): Filter {
    const { from, to } = this.calendar.range(query.dateFrom, query.dateTo);
    const at = { ...(from ? { $gte: from } : {}), ...(to ? { $lte: to } : {}) };
    return {
      ...{ ownerId, purpose: 'main' },
      ...(from || to ? { at } : {}),
      ...(query.currency ? { currency: query.currency } : {}),
    };
  }

  private async line(line: MovementDocument, balanceMinor: bigint) {
    const { currency, amount, counter, orderId, reference, revision, at } = line;
    const order = orderId === null ? null : await this.models.get<OrderDocument>('orders', orderId);
    return {
      id: `${currency}-${revision}`,
      currency,
      type: TYPES[counter],
      amount: decimalOf(amount, currency),
      balance: formatMinor(balanceMinor, currency),
      order: order && { id: order.id, order_id: order.reference },
      reference,
      created_at: at,
    };
  }
}
