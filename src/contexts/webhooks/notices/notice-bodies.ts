import { setImmediate as turn } from 'node:timers/promises';
import type { EventStore } from '../../../platform/event-store/event-store.js';
import { decodeEvent } from '../../../platform/execution/event-codec.js';
import { isoTime } from '../../../platform/kernel/clock.js';
import { type Currency, formatMinor } from '../../../platform/kernel/money.js';
import { unreachable } from '../../../platform/kernel/unreachable.js';
import { Order, type OrderState } from '../../ordering/index.js';
import type { NoticeType } from '../events/webhooks.events.js';
import { BODIES_AT_ONCE } from '../limits.js';
import { type Notice, noticeId } from './notice.js';

/** A notice as partners get it: the body of a webhook, and an entry of the feed. */
export interface NoticeBody {
  readonly id: string;
  readonly type: NoticeType;
  readonly timestamp: string;
  readonly data: Readonly<Record<string, unknown>>;
}

const STATUS = {
  'order.confirmed': 'confirmed',
  'order.cancelled': 'cancelled',
  'order.refunded': 'refunded',
} as const;

/**
 * Makes bodies of notices: public numbers, amounts and states, never a key's text or a customer's address. A body
 * follows from the log up to its event, so it is the same whenever it is made.
 */
export class NoticeBodies {
  constructor(
    private readonly events: EventStore,
    private readonly namespace: string,
  ) {}

  async of(partner: string, notice: Notice): Promise<NoticeBody> {
    const { type, atMs } = notice;
    const data = await this.dataOf(notice);
    return { id: noticeId(partner, notice), type, timestamp: isoTime(atMs), data };
  }

  /**
   * Bodies of a page, in its order. A log on this machine answers at once, so that a whole page would hold up
   * everybody: after a few others come in.
   */
  async ofAll(partner: string, notices: readonly Notice[]): Promise<NoticeBody[]> {
    const bodies: NoticeBody[] = [];
    for (let from = 0; from < notices.length; from += BODIES_AT_ONCE) {
      const some = notices.slice(from, from + BODIES_AT_ONCE);
      bodies.push(...(await Promise.all(some.map((notice) => this.of(partner, notice)))));
      await turn();
    }
    return bodies;
  }

  private async dataOf(notice: Notice): Promise<NoticeBody['data']> {
    const { type, facts = {} } = notice;
    switch (type) {
      case 'order.confirmed':
      case 'order.cancelled':
      case 'order.refunded':
        return orderData(await this.orderAt(notice), STATUS[type]);
      case 'delivery.updated':
        return { order_number: facts.orderNumber, send: facts.send, status: facts.status };
      case 'balance.low': {
        const currency = facts.currency as Currency;
        const decimal = (minor: unknown) => formatMinor(BigInt(minor as string), currency);
        return { currency, available: decimal(facts.available), threshold: decimal(facts.threshold) };
      }
      case 'package.back_in_stock':
        return { package_id: facts.packageId };
      default:
        return unreachable(type);
    }
  }

  /** The order as it was right after the event. What is told of is stored, so there is nothing to decide or wait for. */
  private async orderAt({ source, revision }: Notice): Promise<OrderState> {
    const events = await this.events.readStream(`${this.namespace}.${source}`, { limit: revision + 1 });
    return events.reduce(
      (state, stored) => Order.evolve(state, decodeEvent(Order, stored), { revision: stored.revision }),
      Order.initial,
    );
  }
}

function orderData({ claim, units, amount, sale }: OrderState, status: string): NoticeBody['data'] {
  if (!claim) throw new Error('an order was told of that nobody placed');
  const packageOf = (unit: number): number | null =>
    claim.lines.find((line) => line.units.some((planned) => planned.unit === unit))?.facts.packagePublicId ??
    null;
  return {
    id: claim.publicId,
    order_id: claim.reference,
    status,
    amount: formatMinor(BigInt(amount), claim.currency),
    currency: claim.currency,
    units: units.map(({ unit, keyNumber }) => ({ package_id: packageOf(unit), key_id: keyNumber })),
    confirmed_at: sale?.confirmedAt ?? null,
  };
}
