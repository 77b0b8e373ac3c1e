import type { CommandContext, Executor } from '../../../platform/execution/transaction.js';
import { isoTime } from '../../../platform/kernel/clock.js';
import { isCurrency, type StoredMoney } from '../../../platform/kernel/money.js';
import { type Rejection, reject } from '../../../platform/kernel/rejection.js';
import type { KeyedHash } from '../../../platform/security/keyed-hash.js';
import { Package, Product } from '../../catalog/index.js';
import { fingerprintRule, type KeyFormat } from '../domain/fingerprint.js';
import { KeyExpiry } from '../domain/key-expiry.js';
import {
  FINGERPRINT_PURPOSE,
  KeyPreparer,
  LAST_FOUR_PURPOSE,
  type PreparerOptions,
  serialOf,
} from './key-preparer.js';
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
  private readonly expiry: KeyExpiry;

  constructor(
    private readonly hash: KeyedHash,
    private readonly timeZone: string,
  ) {
    this.expiry = new KeyExpiry(timeZone);
  }

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

  /** What is to be told of a key from now on, as it is stored; undefined stays as it is. */
  details(given: GivenDetails): KeyDetails | Rejection<'InvalidSerial' | 'InvalidExpiry'> {
    const serial = serialOf(given.serial);
    if (serial === undefined) return reject('InvalidSerial');
    const text = given.expiresOn?.trim();
    const expiresAtMs = text ? this.expiry.parse(text) : null;
    if (text && expiresAtMs === null) return reject('InvalidExpiry');
    return {
      serial: given.serial === undefined ? undefined : serial,
      expiresAt:
        given.expiresOn === undefined ? undefined : expiresAtMs === null ? null : isoTime(expiresAtMs),
    };
  }
}

interface GivenDetails {
  readonly serial?: string | null | undefined;
  readonly expiresOn?: string | null | undefined;
}

interface KeyDetails {
  readonly serial: string | null | undefined;
  /** UTC ISO. */
  readonly expiresAt: string | null | undefined;
}
