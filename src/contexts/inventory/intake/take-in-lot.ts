import type { Transaction } from '../../../platform/execution/transaction.js';
import type { StoredMoney } from '../../../platform/kernel/money.js';
import { isRejection, type Rejection, reject } from '../../../platform/kernel/rejection.js';
import { activateForStock, Package, Product, type RecentReferences } from '../../catalog/index.js';
import { type Announcement, announceLot, INTAKE_ID, Intake } from '../domain/intake.js';
import { Lot } from '../domain/lot.js';
import { keysIn, openLot } from '../domain/lot-intake.decider.js';
import type { ImportLines } from '../events/intake.events.js';
import type { TakenKeys } from '../events/lot.events.js';
import type { KeyBatch } from './key-batch.js';

export type IntakeRejection = 'UnknownPackage' | 'NotSoldFromStock';

export interface IntakeRequest {
  /** UUID. */
  readonly packageId: string;
  readonly unitCost: StoredMoney | null;
  readonly fingerprintRule: string;
  readonly import?: ImportLines;
  /** 1 key to one lot's worth. */
  readonly batch: KeyBatch;
}

/** A lot's keys, sealed for its number. */
export interface PreparedLot {
  readonly lot: number;
  readonly announcement: string;
  readonly intakes: readonly TakenKeys[];
  /** The lots on their way that the keys were compared with. */
  readonly counted: readonly Announcement[];
}

/** `moved`: the number went to somebody else, prepare the keys anew. */
export type Outcome = 'taken' | 'moved' | Rejection<IntakeRejection>;

/** Why a package cannot take keys in, null if it can. */
export function refusePackage(
  tx: Transaction,
  { packageId }: IntakeRequest,
): Rejection<IntakeRejection> | null {
  const pkg = tx.load(Package, packageId);
  if (!pkg.exists || pkg.deleted) return reject('UnknownPackage');
  // Its packages are deleted after it.
  if (tx.load(Product, pkg.productId).deleted) return reject('UnknownPackage');
  return pkg.fulfilment === 'stock' ? null : reject('NotSoldFromStock');
}

/**
 * Announces the lot, switches the package on and fills the lot, as one batch; again, for what of it is
 * missing. On a store that takes a batch stream by stream, a package that is on without keys is switched off
 * again; keys in one that is off would stay.
 */
export function takeInLot(
  tx: Transaction,
  request: IntakeRequest,
  prepared: PreparedLot,
  references: RecentReferences,
): Outcome {
  const refused = refusePackage(tx, request);
  if (refused) return refused;
  const { packageId, unitCost, fingerprintRule } = request;
  const { lot, announcement, intakes, counted } = prepared;
  const lines = request.import ? { import: request.import } : {};
  const announced = announceLot(
    tx.load(Intake, INTAKE_ID),
    { lot, announcement, package: packageId, keys: keysIn(intakes), counted, ...lines },
    () => tx.history(Intake, INTAKE_ID, lot - 1, lot)[0]?.data.announcement,
  );
  const state = tx.load(Lot, String(lot));
  if (announced.kind === 'moved' || state.status === 'voided') return 'moved';
  if (announced.kind === 'announce') tx.append(Intake, INTAKE_ID, [announced.event]);
  references.add(Lot.category, String(lot), [packageId]);
  const pkg = tx.load(Package, packageId);
  tx.append(Package, packageId, activateForStock(pkg));
  const opened = openLot(state, {
    package: packageId,
    product: pkg.productId,
    supplier: pkg.supplierId,
    unitCost,
    fingerprintRule,
    intakes,
    ...lines,
  });
  if (!isRejection(opened)) tx.append(Lot, String(lot), opened);
  return 'taken';
}
