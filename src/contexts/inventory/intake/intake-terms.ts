import type { CommandContext, Executor } from '../../../platform/execution/transaction.js';
import { isCurrency, type StoredMoney } from '../../../platform/kernel/money.js';
import { type Rejection, reject } from '../../../platform/kernel/rejection.js';
import type { KeyedHash } from '../../../platform/security/keyed-hash.js';
import { Package, Product } from '../../catalog/index.js';
import { fingerprintRule, type KeyFormat } from '../domain/fingerprint.js';
import { FINGERPRINT_PURPOSE, KeyPreparer, LAST_FOUR_PURPOSE, type PreparerOptions } from './key-preparer.js';
import type { IntakeRejection } from './take-in-lot.js';

/** How keys of one package come in. */
export interface IntakeTerms {
  readonly format: KeyFormat;
  readonly fingerprintRule: string;
  /** Per key; null if unknown. */
  readonly unitCost: StoredMoney | null;
}

export type TermsRejection = IntakeRejection | 'InvalidCost';

/** Reads a package's terms. `unitCost`: undefined takes what the package says. */
export function intakeTerms(
  executor: Executor,
  context: CommandContext,
  packageId: string,
  unitCost?: StoredMoney | null,
): Promise<IntakeTerms | Rejection<TermsRejection>> {
  return executor.run(context, (tx): IntakeTerms | Rejection<TermsRejection> => {
    const pkg = tx.load(Package, packageId);
    if (!pkg.exists || pkg.deleted) return reject('UnknownPackage');
    if (pkg.fulfilment !== 'stock') return reject('NotSoldFromStock');
    if (unitCost && !isCost(unitCost)) return reject('InvalidCost');
    const format = tx.load(Product, pkg.productId).keyFormat;
    return {
      format,
      fingerprintRule: fingerprintRule(format),
      unitCost: unitCost === undefined ? pkg.cost : unitCost,
    };
  });
}

const isCost = ({ amount, currency }: StoredMoney): boolean =>
  /^\d{1,16}$/.test(amount) && isCurrency(currency);

/** Makes preparers for the formats of this installation. */
export class KeyPreparers {
  constructor(
    private readonly hash: KeyedHash,
    private readonly timeZone: string,
  ) {}

  options(format: KeyFormat): PreparerOptions {
    return {
      format,
      timeZone: this.timeZone,
      fingerprintKey: this.hash.keyOf(FINGERPRINT_PURPOSE),
      lastFourKey: this.hash.keyOf(LAST_FOUR_PURPOSE),
    };
  }

  for(format: KeyFormat): KeyPreparer {
    return new KeyPreparer(this.options(format));
  }
}
