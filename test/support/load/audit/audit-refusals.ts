import type { Exchange } from '../journal.js';
import type { Agreed } from './audit-answers.js';
import type { Truth } from './audit-log.js';
import type { Findings } from './findings.js';
import type { KnownStock } from './known-stock.js';

const STOCK = 'nobody is told that stock is out while there is some';
const MONEY = 'nobody is told that money is short while there is enough';
const RESERVATION = 'nobody is told that a reservation is gone while it stands';
const TAKEN = 'nobody is told that an order exists unless it does, with something else';
const REPLAYED = 'whoever repeats a confirmed order is answered as before';
const EXPECTED = 'no call is refused for a reason that it does not have';

/** Client and server read the same clock, in milliseconds, at different moments of a call. */
const SLACK_MS = 50;

/** Whether a refusal was true at some moment between the call and its answer. */
export function auditRefusal(
  { call, partner, sentAtMs, endedAtMs }: Exchange,
  code: string,
  truth: Truth,
  known: KnownStock,
  agreed: Agreed,
  findings: Findings,
): void {
  const { stock, money, orders, directory } = truth;
  const id = directory.partnerOf(partner);
  const from = sentAtMs - SLACK_MS;
  const to = endedAtMs + SLACK_MS;
  const told = (detail = ''): string =>
    `${partner} ${JSON.stringify(call)} was told ${code} within ${endedAtMs - sentAtMs} ms${detail}`;

  const order = 'order' in call ? orders.byReference.get(`${id} ${call.order}`) : undefined;
  const isSame =
    call.action === 4
      ? String(order?.unit?.keyNumber) === call.key
      : call.action === 6 && order?.claim.lines[0]?.facts.package === directory.packageOf(call.package);
  if (order?.unit && isSame) findings.check(REPLAYED, order.confirmedAtMs >= from, () => told());

  switch (code) {
    case '3-4':
    case '6-5': {
      const free = 'package' in call ? known.free.get(directory.packageOf(call.package)) : undefined;
      const lowest = free?.lowest(sentAtMs, endedAtMs) ?? 0n;
      findings.check(STOCK, lowest <= 0n, () => told(`; at least ${lowest} keys were free all the while`));
      return;
    }
    case '0-12': {
      const currency = agreed.currencyOf(partner);
      const floor = agreed.floorOf(partner, currency);
      const price = 'package' in call ? agreed.priceOf(partner, call.package) : 0n;
      const lowest = money.wallet(`${id}.main.${currency}`).available.lowest(from, to);
      findings.check(MONEY, floor !== null && lowest - price < floor, () => told());
      return;
    }
    case '4-5':
    case '5-3': {
      const seen = 'key' in call ? stock.reservationsByNumber.get(Number(call.key)) : undefined;
      const stood =
        seen?.partner === id &&
        seen.fromMs <= from &&
        (seen.untilMs ?? seen.deadlineMs) > to &&
        seen.deadlineMs > to;
      findings.check(RESERVATION, !stood, () => told());
      return;
    }
    case '4-7':
    case '6-7':
      findings.check(TAKEN, order?.unit != null && !isSame && order.confirmedAtMs <= to, () => told());
      return;
    default:
      findings.check(EXPECTED, false, () => told());
  }
}
