import { type Exchange, isSettled, type Journal } from '../journal.js';
import type { Truth } from './audit-log.js';
import { auditRefusal } from './audit-refusals.js';
import type { Findings } from './findings.js';
import { KnownStock } from './known-stock.js';
import type { SeenOrder } from './order-ledger.js';

/** What was agreed with the server before the run. */
export interface Agreed {
  /** Key text of a serial number. */
  textOf(serial: string): string;
  /** What a partner pays for a package (public id), minor units of its currency. */
  priceOf(login: string, packageId: string): bigint;
  currencyOf(login: string): string;
  floorOf(login: string, currency: string): bigint | null;
}

const BOUGHT = 'a key that was answered is the key of that order in the log';
const RESERVED = 'a reservation that was answered stands in the log, with its key and its price';
const CONFIRMED = 'a confirmation that was answered stands in the log';
const CANCELLED = 'a cancellation that was answered stands in the log, once';
const NO_GHOST_ORDER = 'no order stands in the log that was only ever refused, or never asked for';
const NO_GHOST_RESERVATION = 'no reservation stands in the log that nobody asked for or was told of';
const NO_GHOST_CANCEL = 'no reservation was cancelled that nobody cancelled';
const TOPPED_UP = 'every top-up that was answered is in the log, with its amount';
const TAKEN_IN = 'every key that was taken in is in the log, and no other';
const LISTED = 'what has stock is listed, and nothing else';
const WELL_FORMED = 'every answer is a documented one';

/** Compares what the clients were told with what the log says. */
export function auditAnswers(journal: Journal, truth: Truth, agreed: Agreed, findings: Findings): void {
  const known = new KnownStock(truth, journal);
  const asked = new Map<string, Exchange[]>();
  const reserved = new Map<number, Exchange>();
  const doubtfulReserves = new Map<string, number>();
  const cancels = new Map<string, Exchange[]>();
  for (const text of journal.malformed) findings.check(WELL_FORMED, false, () => text);
  for (const exchange of journal.exchanges) {
    const { call, partner, answer } = exchange;
    const id = truth.directory.partnerOf(partner);
    if (answer) findings.check(WELL_FORMED, true, () => answer.code);
    if (call.action === 3 && answer?.code !== '0' && !isSettled(answer)) {
      const from = `${id} ${truth.directory.packageOf(call.package)}`;
      doubtfulReserves.set(from, (doubtfulReserves.get(from) ?? 0) + 1);
    }
    if (call.action === 4 || call.action === 6) collect(asked, `${id} ${call.order}`, exchange);
    if (call.action === 5) collect(cancels, `${id} ${call.key}`, exchange);
    if (answer?.code === '0') auditSuccess(exchange, truth, agreed, findings, reserved);
    else if (isSettled(answer)) auditRefusal(exchange, answer.code, truth, known, agreed, findings);
  }
  for (const order of truth.orders.orders.values()) {
    if (order.unit === null) continue;
    const isAskedFor = isJustified(asked.get(`${order.partner} ${order.reference}`) ?? [], order, truth);
    findings.check(NO_GHOST_ORDER, isAskedFor, () => `${order.reference} (${order.id})`);
  }
  auditReservations(truth, findings, { reserved, doubtfulReserves, cancels });
  auditSupplies(journal, truth, findings);
}

function collect(map: Map<string, Exchange[]>, key: string, exchange: Exchange): void {
  const list = map.get(key);
  if (list) list.push(exchange);
  else map.set(key, [exchange]);
}

function auditSuccess(
  exchange: Exchange,
  truth: Truth,
  agreed: Agreed,
  findings: Findings,
  reserved: Map<number, Exchange>,
): void {
  const { call, partner, answer } = exchange;
  const { stock, orders, directory } = truth;
  const id = directory.partnerOf(partner);
  const data = answer?.data ?? {};
  const told = (): string => `${partner} ${JSON.stringify(call)} was told ${JSON.stringify(answer)}`;
  if (call.action === 3) {
    const seen = stock.reservationsByNumber.get(Number(data.keyId));
    const isRight =
      seen?.partner === id &&
      seen.key.package === directory.packageOf(call.package) &&
      seen.key.serial === data.serialNumber &&
      (data.keyText == null || data.keyText === agreed.textOf(seen.key.serial ?? '')) &&
      minorUnits(data.price) === agreed.priceOf(partner, call.package) &&
      data.currency === agreed.currencyOf(partner) &&
      !reserved.has(seen.keyNumber);
    findings.check(RESERVED, isRight, told);
    if (seen) reserved.set(seen.keyNumber, exchange);
    return;
  }
  if (call.action === 5) {
    const seen = stock.reservationsByNumber.get(Number(call.key));
    findings.check(CANCELLED, seen?.partner === id && seen.end === 'cancelled', told);
    return;
  }
  const order = orders.byReference.get(`${id} ${call.order}`);
  const key = order?.unit ? stock.keyOf(order.unit.keyNumber) : undefined;
  const text = agreed.textOf(key?.serial ?? '');
  if (call.action === 4) {
    const isShown = data.keyText === undefined || data.keyText === text;
    findings.check(CONFIRMED, String(order?.unit?.keyNumber) === call.key && isShown, told);
    return;
  }
  const isRight =
    String(order?.unit?.keyNumber) === data.keyId &&
    key?.package === directory.packageOf(call.package) &&
    key.serial === data.serialNumber &&
    data.keyText === text;
  findings.check(BOUGHT, isRight, told);
}

/**
 * Whether a confirmed order rests on a call: one that was answered so, or one whose answer was lost. A lost call that
 * was repeated later and then refused had not happened, so it is no excuse.
 */
function isJustified(exchanges: readonly Exchange[], order: SeenOrder, truth: Truth): boolean {
  return exchanges.some(({ call, answer, endedAtMs }) => {
    const isIt =
      call.action === 4
        ? call.key === String(order.unit?.keyNumber)
        : call.action === 6 &&
          truth.directory.packageOf(call.package) === order.claim.lines[0]?.facts.package;
    if (!isIt) return false;
    if (answer !== null && answer.code !== '0-99') return answer.code === '0';
    const later = exchanges.filter(
      (other) => other.sentAtMs > endedAtMs && JSON.stringify(other.call) === JSON.stringify(call),
    );
    return !later.some((other) => isSettled(other.answer) && other.answer.code !== '0');
  });
}

function auditReservations(
  { stock }: Truth,
  findings: Findings,
  told: {
    readonly reserved: ReadonlyMap<number, Exchange>;
    readonly doubtfulReserves: Map<string, number>;
    readonly cancels: ReadonlyMap<string, readonly Exchange[]>;
  },
): void {
  for (const seen of stock.reservations.values()) {
    const from = `${seen.partner} ${seen.key.package}`;
    const doubtful = told.doubtfulReserves.get(from) ?? 0;
    const isTold = told.reserved.has(seen.keyNumber);
    if (!isTold) told.doubtfulReserves.set(from, doubtful - 1);
    findings.check(NO_GHOST_RESERVATION, isTold || doubtful > 0, () => `${seen.id}: key ${seen.keyNumber}`);
    if (seen.end !== 'cancelled') continue;
    const calls = told.cancels.get(`${seen.partner} ${seen.keyNumber}`) ?? [];
    const done = calls.filter(({ answer }) => answer?.code === '0').length;
    const lost = calls.some(({ answer }) => answer === null || answer.code === '0-99');
    findings.check(NO_GHOST_CANCEL, done === 1 || lost, () => `${seen.id}: key ${seen.keyNumber}`);
    findings.check(CANCELLED, done <= 1, () => `key ${seen.keyNumber} was cancelled ${done} times`);
  }
}

function auditSupplies(journal: Journal, { stock, money, directory }: Truth, findings: Findings): void {
  for (const { partner, reference, amountMinor, acknowledged } of journal.topUps) {
    const booked = money.topUps.get(`${directory.partnerOf(partner)} ${reference}`);
    const isRight = booked ? booked.amountMinor === amountMinor : !acknowledged;
    findings.check(TOPPED_UP, isRight, () => `${reference}: ${amountMinor}, booked ${booked?.amountMinor}`);
  }
  const sent = new Set<string>();
  for (const { serials, acknowledged } of journal.intakes) {
    for (const serial of serials) {
      sent.add(serial);
      findings.check(TAKEN_IN, !acknowledged || stock.bySerial.has(serial), () => `${serial} is missing`);
    }
  }
  for (const serial of stock.bySerial.keys()) {
    findings.check(TAKEN_IN, sent.has(serial), () => `${serial} was never sent`);
  }
  for (const { partner, packages, atMs } of journal.listings) {
    for (const [packageId, history] of stock.free) {
      const isListed = packages.some((publicId) => directory.packageOf(publicId) === packageId);
      const isFree = history.lowest(atMs, atMs) > 0n;
      findings.check(
        LISTED,
        isListed === isFree,
        () => `${partner}: ${packageId} ${isFree ? 'is missing' : ''}`,
      );
    }
  }
}

const minorUnits = (price: string | undefined): bigint => BigInt(price?.replace('.', '') ?? -1);
