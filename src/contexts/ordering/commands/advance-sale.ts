import { type OperationStream, operationSince } from '../../../platform/execution/operation-since.js';
import type { Transaction } from '../../../platform/execution/transaction.js';
import type { DomainEvent } from '../../../platform/kernel/aggregate.js';
import { findOperation, type OperationWindow } from '../../../platform/kernel/operation-window.js';
import { isRejection } from '../../../platform/kernel/rejection.js';
import {
  attemptOperation,
  keyNumber,
  Lot,
  lotOperations,
  refuseSale,
  sellKey,
  sellReservedKey,
  unitOperation,
} from '../../inventory/index.js';
import {
  captureFunds,
  holdFunds,
  postFunds,
  releaseFunds,
  Wallet,
  walletOperations,
} from '../../wallets/index.js';
import { confirmOrder, refuseOrder } from '../domain/order.decider.js';
import { Order } from '../domain/order.js';
import type { OrderClaim, PlannedUnit, PriceFacts, SaleFigures, SoldUnit } from '../events/order.events.js';

/** `finish`: a client wants the order. `settle`: nobody waits any more, so what has no key yet is undone. */
export type SaleIntent = 'finish' | 'settle';

export interface SaleTerms {
  readonly cooldownMs: number;
  /** Id of the command that annuls the order, if it is to be settled for that. */
  readonly annulment?: string;
}

/**
 * Takes an unfinished order from wherever it stands to its end: hold, one append to each planned lot, capture or
 * release, confirmation or refusal. The same for the first call, for a retry and for recovery: every step looks
 * first whether it, or its refusal, stands since the revision in the claim. Once a lot holds the attempt's `KeySold`
 * there is no way back; until then every planned lot is barred before the money is freed.
 */
export function advanceSale(tx: Transaction, orderId: string, intent: SaleIntent, terms: SaleTerms): void {
  const order = tx.load(Order, orderId);
  const { claim } = order;
  if (order.status !== 'claimed' || !claim) return;
  const sale: Sale = { tx, orderId, claim, intent, terms, claimedNow: tx.hasAppended(Order, orderId) };

  const hold = claim.reservation === null ? takeHold(sale) : { stands: true as const };
  if (!hold.stands) {
    tx.append(Wallet, claim.wallet, releaseFunds(tx.load(Wallet, claim.wallet), claim));
    refuse(sale, hold.reason);
    return;
  }
  const units = claim.lines.flatMap((line) => line.units.map((unit) => sellUnit(sale, unit, line.facts)));
  const sold = units.flatMap((unit) => (unit.outcome === 'sold' ? [unit] : []));
  if (sold.length > 0) {
    capture(sale, sold);
    return;
  }
  if (claim.reservation === null) {
    tx.append(Wallet, claim.wallet, releaseFunds(tx.load(Wallet, claim.wallet), claim));
  }
  const refusal = units.find((unit) => unit.outcome === 'refused');
  refuse(sale, refusal?.reason ?? 'Abandoned');
}

interface Sale extends SaleOfUnits {
  readonly claim: OrderClaim;
}

/** What selling keys to an attempt of an order needs. */
export interface SaleOfUnits {
  readonly tx: Transaction;
  readonly orderId: string;
  readonly claim: Pick<OrderClaim, 'attempt' | 'partner' | 'reservation'>;
  readonly intent: SaleIntent;
  readonly terms: SaleTerms;
  /** The attempt was claimed in this very run: nothing of it can stand anywhere yet. */
  readonly claimedNow: boolean;
}

/** What became of one of the attempt's steps in a stream, since the revision that its claim recorded. */
function standing<S extends { readonly operations: OperationWindow }, E extends DomainEvent>(
  sale: SaleOfUnits,
  stream: OperationStream<S, E>,
  operation: string,
  since: number,
): string | undefined {
  return sale.claimedNow ? undefined : operationSince(sale.tx, stream, operation, since);
}

/**
 * Why an attempt is refused whose end stands in a stream already, which does not say why. What somebody waits for was
 * refused, and is no order to anybody outside; what nobody waits for was abandoned, and is shown as cancelled.
 */
const endedReason = ({ intent }: SaleOfUnits): string => (intent === 'settle' ? 'Abandoned' : 'AttemptEnded');

type HoldStep = { readonly stands: true } | { readonly stands: false; readonly reason: string };

/** The attempt's own hold: found, taken now, or impossible. */
function takeHold(sale: Sale): HoldStep {
  const { tx, claim } = sale;
  const wallet = tx.load(Wallet, claim.wallet);
  if (wallet.holds.has(claim.hold)) return { stands: true };
  const stream = { aggregate: Wallet, id: claim.wallet, operationsOf: walletOperations };
  const before = standing(sale, stream, claim.hold, claim.walletRevision);
  if (before === 'captured') return { stands: true };
  if (before !== undefined || sale.intent === 'settle') return { stands: false, reason: endedReason(sale) };
  const held = holdFunds(wallet, {
    hold: { kind: 'sale', key: claim.hold },
    amountMinor: claim.lines.reduce(
      (sum, line) => sum + BigInt(line.facts.price.amount) * BigInt(line.units.length),
      0n,
    ),
    currency: claim.currency,
    floorMinor: claim.floor === null ? null : BigInt(claim.floor),
    deadline: claim.deadline,
  });
  if (isRejection(held)) return { stands: false, reason: held.code };
  tx.append(Wallet, claim.wallet, held);
  return { stands: true };
}

export type UnitStep =
  | { readonly outcome: 'sold'; readonly unit: SoldUnit; readonly facts: PriceFacts }
  | { readonly outcome: 'refused'; readonly reason: string };

/** One unit in its lot: found sold or refused, sold now, or refused now. */
export function sellUnit(sale: SaleOfUnits, planned: PlannedUnit, facts: PriceFacts): UnitStep {
  const { tx, orderId, claim } = sale;
  const { attempt } = claim;
  const { unit } = planned;
  const id = String(planned.source.lot);
  const stream = { aggregate: Lot, id, operationsOf: lotOperations };
  const since = planned.source.lotRevision;

  const before = standing(sale, stream, unitOperation(orderId, attempt, unit), since);
  if (before) return soldUnit(sale, planned, facts, Number(before.slice('sold:'.length)));
  if (standing(sale, stream, attemptOperation(orderId, attempt), since)) {
    return { outcome: 'refused', reason: endedReason(sale) };
  }
  const lot = tx.load(Lot, id);
  const base = { order: orderId, attempt, unit, partner: claim.partner, nowMs: tx.nowMs };
  let reason = 'Abandoned';
  if (sale.intent === 'finish') {
    const decided =
      claim.reservation === null
        ? sellKey(lot, { cooldownMs: sale.terms.cooldownMs, ...base })
        : sellReservedKey(lot, { reservation: claim.reservation, ...base });
    if (!isRejection(decided)) {
      tx.append(Lot, id, decided);
      const [event] = decided;
      if (event?.type === 'KeySold') return soldUnit(sale, planned, facts, event.data.slot);
      // The lot knows the attempt, so this view of the order is out of date, and its claim will be refused.
      return { outcome: 'refused', reason: 'Abandoned' };
    }
    reason = decided.code;
  }
  tx.append(Lot, id, refuseSale(lot, { order: orderId, attempt }));
  return { outcome: 'refused', reason };
}

function soldUnit(sale: SaleOfUnits, planned: PlannedUnit, facts: PriceFacts, slot: number): UnitStep {
  const { lot } = planned.source;
  const reservation = sale.tx.load(Lot, String(lot)).slots.get(slot)?.reservation;
  const ordinal = sale.claim.reservation === null ? 0 : (reservation?.ordinal ?? 0);
  const number = keyNumber({ lot, slot, ordinal });
  return { outcome: 'sold', unit: { unit: planned.unit, lot, slot, keyNumber: number }, facts };
}

/** Debits what was sold, credits the commission on it, and confirms the order. */
function capture(sale: Sale, sold: readonly Extract<UnitStep, { outcome: 'sold' }>[]): void {
  const { tx, orderId, claim } = sale;
  const sum = (amount: (facts: PriceFacts) => string): bigint =>
    sold.reduce((total, unit) => total + BigInt(amount(unit.facts)), 0n);
  const amountMinor = sum((facts) => facts.price.amount);
  const commissionMinor = sum((facts) => facts.commission.amount);
  const { attempt, currency, hold } = claim;
  // A hold that has ended was captured by whoever sold the key: so it must really have ended.
  const wallet = tx.loadKnowing(
    Wallet,
    claim.wallet,
    hold,
    ({ holds, operations }) => holds.has(hold) || findOperation(operations, hold) !== undefined,
  );
  const debit = captureFunds(wallet, {
    hold,
    amountMinor,
    currency,
    counter: 'sales',
    order: orderId,
    attempt,
  });
  if (debit.length > 0 && commissionMinor !== 0n) {
    const commission = postFunds(wallet, {
      operation: `commission:${orderId}:${attempt}`,
      amountMinor: commissionMinor,
      currency,
      counter: 'commissions',
      order: orderId,
    });
    if (!isRejection(commission)) debit.push(...commission);
  }
  tx.append(Wallet, claim.wallet, debit);
  const order = tx.load(Order, orderId);
  tx.append(
    Order,
    orderId,
    confirmOrder(order, {
      attempt,
      units: sold.map((unit) => unit.unit),
      amount: amountMinor.toString(),
      commission: commissionMinor.toString(),
      sale: {
        partner: claim.partner,
        currency,
        confirmedAt: tx.at,
        units: sold.map(({ facts }) => figuresOf(facts)),
      },
    }),
  );
}

const figuresOf = (facts: PriceFacts): SaleFigures['units'][number] => ({
  package: facts.package,
  product: facts.product,
  price: facts.price.amount,
  azn: facts.amountAzn?.amount ?? null,
});

function refuse(sale: Sale, reason: string): void {
  const { tx, orderId, claim, terms } = sale;
  const refusal = { attempt: claim.attempt, reason, ...(terms.annulment && { command: terms.annulment }) };
  tx.append(Order, orderId, refuseOrder(tx.load(Order, orderId), refusal));
}
