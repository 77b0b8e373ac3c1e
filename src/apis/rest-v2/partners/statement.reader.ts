import { Injectable } from '@nestjs/common';
import type { OrderDocument } from '../../../../projections/ordering/orders.projection.js';
import {
  type MovementSumDocument,
  REVISIONS_PER_STRETCH,
  stretchKey,
  stretchOf,
} from '../../../../projections/wallets/movement-sums.projection.js';
import type { MovementDocument } from '../../../../projections/wallets/movements.projection.js';
import { type CounterAccount, walletId } from '../../../contexts/wallets/index.js';
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

const walletOf = ({ ownerId, currency }: MovementDocument): string => walletId(ownerId, 'main', currency);

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
    const balances = await this.balancesAfter(found.data);
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
    const balances = new Map<string, bigint>();
    const next = sort.at === -1 ? this.takeOff : this.add;
    for await (const lines of this.models.scan<MovementDocument>('movements', { filter, sort })) {
      let text = '';
      for (const movement of lines) {
        const line = await this.line(movement, await next.call(this, balances, movement));
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

  /** A page has all movements of a wallet between its first and its last, so one balance before it is enough. */
  private async balancesAfter(lines: readonly MovementDocument[]): Promise<bigint[]> {
    const after = new Map<string, bigint>();
    const byLine = new Map<MovementDocument, bigint>();
    const oldestFirst = lines.toSorted((a, b) => a.revision - b.revision);
    for (const line of oldestFirst) byLine.set(line, await this.add(after, line));
    return lines.map((line) => byLine.get(line)!);
  }

  private async add(after: Map<string, bigint>, line: MovementDocument): Promise<bigint> {
    const wallet = walletOf(line);
    const balance = (after.get(wallet) ?? (await this.balanceBefore(line))) + BigInt(line.amount);
    after.set(wallet, balance);
    return balance;
  }

  /** The same for a walk from the newest line to the oldest: each balance is what the newer line came upon. */
  private async takeOff(before: Map<string, bigint>, line: MovementDocument): Promise<bigint> {
    const wallet = walletOf(line);
    const amount = BigInt(line.amount);
    const balance = before.get(wallet) ?? (await this.balanceBefore(line)) + amount;
    before.set(wallet, balance - amount);
    return balance;
  }

  /** Whole stretches of the wallet's stream, and the lines of the one that has begun. */
  private async balanceBefore(line: MovementDocument): Promise<bigint> {
    const wallet = walletOf(line);
    const stretch = stretchOf(line.revision);
    let sum = 0n;
    const whole = { filter: { wallet, stretch: { $lt: stretch } }, sort: { stretch: 1 } } as const;
    for await (const sums of this.models.scan<MovementSumDocument>('movement-sums', whole)) {
      for (const earlier of sums) sum += BigInt(earlier.sum);
    }
    const begun = await this.models.get<MovementSumDocument>('movement-sums', stretchKey(wallet, stretch));
    const { ownerId, purpose, currency, revision, at } = line;
    const filter = {
      ...{ ownerId, purpose, currency, at: { $gte: begun?.firstAt ?? at, $lte: at } },
      revision: { $gte: stretch * REVISIONS_PER_STRETCH, $lt: revision },
    };
    for (const { amount } of await this.models.find<MovementDocument>('movements', { filter })) {
      sum += BigInt(amount);
    }
    return sum;
  }
}
