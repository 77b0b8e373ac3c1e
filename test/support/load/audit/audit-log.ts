import { Directory } from './directory.js';
import type { Findings } from './findings.js';
import type { LogEvent } from './log-event.js';
import { MoneyLedger } from './money-ledger.js';
import { OrderLedger, type SeenOrder } from './order-ledger.js';
import { StockLedger } from './stock-ledger.js';

/** Between the end of a reservation and that of its hold: one commit, or a crash and its recovery. */
const FREED_WITHIN_MS = 1_000;

const ORDERED = 'positions increase, and revisions leave no gap';
const SOLD_IS_ORDERED = 'a key is sold exactly where an order is confirmed';
const PAID_ONCE = 'each confirmed order is captured once, with its price';
const NO_STRAY = 'nothing is captured without a confirmed order';
const HELD = 'what a wallet holds is the sum of its open holds';
const HOLDS_HAVE_REASON = 'every open hold has an open reservation, and the other way round';
const ZERO = 'the sum over all accounts is zero in every currency';
const STOCK_ADDS_UP = 'sold, reserved, free and other keys make up what was taken in';
const FINISHED = 'every claim is finished or undone';
const FREED_AT_ONCE = 'money is free as soon as its reservation has ended';
const NOTHING_DUE = 'no reservation outlives its deadline';

/** Everything that the log says, folded by rules of the auditor's own. */
export interface Truth {
  readonly stock: StockLedger;
  readonly money: MoneyLedger;
  readonly orders: OrderLedger;
  readonly directory: Directory;
  readonly events: number;
}

export interface AuditTerms {
  /** What a partner's wallet may go down to, minor units; null: no limit. */
  floorOf(login: string, currency: string): bigint | null;
  /** When the log was last written to, for what should have ended by then. */
  readonly nowMs: number;
  /** How long after its deadline a reservation may still be open. */
  readonly graceMs: number;
  /** Between the end of a reservation and that of its hold. Default: one commit, or a crash and its recovery. */
  readonly freedWithinMs?: number;
}

/**
 * Reads a whole log and checks what must hold whatever was asked of the server. The rules are written anew here, not
 * shared with the product, so that a wrong rule there is not wrong here in the same way.
 */
export function auditLog(log: Iterable<LogEvent>, findings: Findings, terms: AuditTerms): Truth {
  for (const invariant of [ORDERED, SOLD_IS_ORDERED, PAID_ONCE, NO_STRAY, HELD, ZERO]) {
    findings.declare(invariant);
  }
  const directory = new Directory();
  const stock = new StockLedger(findings);
  const money = new MoneyLedger(findings, (wallet) => {
    const [owner = '', , currency = ''] = wallet.split('.');
    const login = directory.loginOf(owner);
    return login === undefined ? null : terms.floorOf(login, currency);
  });
  const orders = new OrderLedger(findings);
  const revisions = new Map<string, number>();
  let position = 0n;
  let events = 0;
  for (const event of log) {
    const stream = `${event.category}-${event.id}`;
    const isNext = event.position > position && event.revision === (revisions.get(stream) ?? -1) + 1;
    findings.check(ORDERED, isNext, () => `${stream} ${event.revision} at ${event.position}`);
    position = event.position;
    revisions.set(stream, event.revision);
    directory.apply(event);
    stock.apply(event);
    money.apply(event);
    orders.apply(event);
    events += 1;
  }
  stock.finish();
  money.finish();
  const truth = { stock, money, orders, directory, events };
  auditOrders(truth, findings);
  auditHolds(truth, findings, terms);
  auditSums(truth, findings);
  return truth;
}

const isSold = ({ status }: SeenOrder): boolean =>
  status === 'confirmed' || status === 'refunding' || status === 'refunded' || status === 'cancelled';

function auditOrders({ stock, money, orders }: Truth, findings: Findings): void {
  for (const order of orders.orders.values()) {
    const { id, claim, unit, status } = order;
    const attempt = `${id}:${claim.attempt}`;
    findings.check(
      FINISHED,
      status !== 'claimed' && status !== 'refunding',
      () => `order ${id} is ${status}`,
    );
    if (!isSold(order)) continue;
    const key = stock.sales.get(attempt);
    findings.check(
      SOLD_IS_ORDERED,
      key !== undefined &&
        key.lot === unit?.lot &&
        key.slot === unit.slot &&
        key.sale?.partner === claim.partner,
      () =>
        `${attempt} is confirmed for lot ${unit?.lot} slot ${unit?.slot}; its lot says ${key?.lot}.${key?.slot}`,
    );
    const capture = money.captures.get(attempt);
    const price = claim.lines[0]?.facts.price;
    findings.check(
      PAID_ONCE,
      capture?.wallet === claim.wallet &&
        capture.hold === claim.hold &&
        capture.amountMinor === BigInt(price?.amount ?? -1) &&
        capture.amountMinor === order.amountMinor,
      () => `${attempt}: captured ${capture?.amountMinor} of ${price?.amount} by ${capture?.hold}`,
    );
  }
  for (const [attempt, key] of stock.sales) {
    const order = orders.orders.get(key.sale?.order ?? '');
    const isOrdered =
      order !== undefined && isSold(order) && `${order.id}:${order.claim.attempt}` === attempt;
    findings.check(SOLD_IS_ORDERED, isOrdered, () => `lot ${key.lot} slot ${key.slot} went to ${attempt}`);
  }
  for (const attempt of money.captures.keys()) {
    const order = orders.orders.get(attempt.slice(0, attempt.lastIndexOf(':')));
    const isOrdered =
      order !== undefined && isSold(order) && `${order.id}:${order.claim.attempt}` === attempt;
    findings.check(NO_STRAY, isOrdered, () => attempt);
  }
}

function auditHolds({ stock, money }: Truth, findings: Findings, terms: AuditTerms): void {
  const held = new Map<string, bigint>();
  for (const [key, hold] of money.openHolds) {
    held.set(hold.wallet, (held.get(hold.wallet) ?? 0n) + hold.amountMinor);
    const reservation = stock.reservations.get(hold.reservation ?? '');
    findings.check(
      HOLDS_HAVE_REASON,
      hold.kind === 'reservation' && reservation?.end === 'open',
      () => `${key} holds ${hold.amountMinor} for a reservation that is ${reservation?.end ?? 'nowhere'}`,
    );
    const isDue = hold.deadlineMs + terms.graceMs < terms.nowMs;
    findings.check(
      NOTHING_DUE,
      !isDue,
      () => `${key} was due ${terms.nowMs - hold.deadlineMs} ms before the end`,
    );
  }
  for (const reservation of stock.reservations.values()) {
    if (reservation.end !== 'open') {
      findings.check(NOTHING_DUE, true, () => reservation.id);
      const freedAtMs = money.endedHolds.get(`reservation:${reservation.id}`) ?? Number.POSITIVE_INFINITY;
      const tookMs = freedAtMs - (reservation.untilMs ?? 0);
      const { freedWithinMs = FREED_WITHIN_MS } = terms;
      findings.check(FREED_AT_ONCE, tookMs <= freedWithinMs, () => `${reservation.id}: after ${tookMs} ms`);
      continue;
    }
    const isHeld = money.openHolds.has(`reservation:${reservation.id}`);
    findings.check(HOLDS_HAVE_REASON, isHeld, () => `reservation ${reservation.id} is open without its hold`);
  }
  for (const [id, wallet] of money.wallets) {
    const sum = held.get(id) ?? 0n;
    findings.check(HELD, wallet.heldMinor === sum, () => `${id}: ${wallet.heldMinor}, open holds ${sum}`);
  }
}

/** Each side of every movement is added up from another kind of stream: wallets here, orders and top-ups there. */
function auditSums({ stock, money, orders }: Truth, findings: Findings): void {
  const others = new Map<string, bigint>();
  const book = (currency: string, amountMinor: bigint): void => {
    others.set(currency, (others.get(currency) ?? 0n) + amountMinor);
  };
  for (const order of orders.orders.values()) {
    if (!isSold(order)) continue;
    if (order.status === 'confirmed') book(order.claim.currency, order.amountMinor - order.commissionMinor);
  }
  for (const topUp of money.topUps.values()) {
    if (topUp.completed) book(topUp.wallet.slice(topUp.wallet.lastIndexOf('.') + 1), -topUp.amountMinor);
  }
  for (const [id, wallet] of money.wallets) book(id.slice(id.lastIndexOf('.') + 1), wallet.postedMinor);
  for (const [currency, sum] of others)
    findings.check(ZERO, sum === 0n, () => `${currency}: ${sum} left over`);

  const counts = new Map<string, { taken: number; byStatus: number; free: number }>();
  for (const key of stock.keys.values()) {
    const count = counts.get(key.package) ?? { taken: 0, byStatus: 0, free: 0 };
    count.taken += 1;
    if (key.status === 'free') count.free += 1;
    const isSoldKey = key.sale !== null;
    const isReserved = key.reservations.at(-1)?.end === 'open';
    const isOther = key.status === 'retired' || key.status === 'quarantined';
    if (Number(isSoldKey) + Number(isReserved) + Number(isOther) + Number(key.status === 'free') === 1) {
      count.byStatus += 1;
    }
    counts.set(key.package, count);
  }
  for (const [id, { taken, byStatus, free }] of counts) {
    const isRight = taken === byStatus && BigInt(free) === stock.free.get(id)?.last;
    findings.check(
      STOCK_ADDS_UP,
      isRight,
      () => `package ${id}: ${byStatus} of ${taken} in exactly one state`,
    );
  }
}
