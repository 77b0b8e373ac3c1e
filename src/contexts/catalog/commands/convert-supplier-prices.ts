import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type CommandContext, Executor, type Transaction } from '../../../platform/execution/transaction.js';
import { IndexProgress } from '../../../platform/indexes/index-progress.js';
import { type Currency, SALE_CURRENCIES } from '../../../platform/kernel/money.js';
import { isRejection, type Rejection, reject } from '../../../platform/kernel/rejection.js';
import {
  LIST_TERMS,
  quote,
  RATES_ID,
  Rates,
  type RatesState,
  type RecordedRate,
} from '../../pricing/index.js';
import { isAmount } from '../domain/fields.js';
import { setExplicitPrices } from '../domain/package.decider.js';
import { Package, type PackageState } from '../domain/package.js';
import { Supplier } from '../domain/supplier.js';
import { PACKAGES_PER_CONVERSION_STEP } from '../limits.js';
import { CatalogIndex } from '../queries/catalog-index.js';

export interface PricesConverted {
  /** The supplier's packages. */
  readonly packages: number;
  /** Those of which a price changed. */
  readonly changed: number;
  /** Prices that were set by hand and left as they are. */
  readonly keptManual: number;
  /** Currencies in which no price could be made: they have no rate now, or one that takes a price beyond all bounds. */
  readonly withoutRate: readonly Currency[];
  readonly rates: readonly RecordedRate[];
}

/**
 * Makes explicit prices, in every sale currency but their own, of all base prices of a supplier at the current rates,
 * which are recorded with them. Rewrites what a conversion made before, and takes it away where a rate is gone. Prices
 * that were set by hand stay, unless `overwrite` says otherwise.
 */
export class ConvertSupplierPrices extends Command<PricesConverted | Rejection<'SupplierNotFound'>> {
  constructor(
    readonly context: CommandContext,
    readonly supplierId: string,
    readonly overwrite: boolean,
  ) {
    super();
  }
}

interface PackageConverted {
  readonly changed: boolean;
  readonly keptManual: number;
  readonly withoutRate: readonly Currency[];
  readonly rates: readonly RecordedRate[];
}

@CommandHandler(ConvertSupplierPrices)
export class ConvertSupplierPricesHandler implements ICommandHandler<ConvertSupplierPrices> {
  constructor(
    private readonly executor: Executor,
    private readonly index: CatalogIndex,
    private readonly progress: IndexProgress,
  ) {}

  async execute(command: ConvertSupplierPrices): Promise<PricesConverted | Rejection<'SupplierNotFound'>> {
    const { context, supplierId } = command;
    await this.progress.needed();
    const { exists, deleted } = await this.executor.run(context, (tx) => tx.load(Supplier, supplierId));
    if (!exists || deleted) return reject('SupplierNotFound');
    const ids = [...this.index.packages.entries()]
      .filter(([, pkg]) => pkg.supplierId === supplierId && !pkg.deleted)
      .map(([id]) => id);
    const converted: PackageConverted[] = [];
    for (let from = 0; from < ids.length; from += PACKAGES_PER_CONVERSION_STEP) {
      const few = ids.slice(from, from + PACKAGES_PER_CONVERSION_STEP);
      const step = await this.executor.run(context, (tx) => few.flatMap((id) => convert(tx, id, command)));
      converted.push(...step);
    }
    return summaryOf(converted);
  }
}

/** Nothing for a package that went to another supplier or away meanwhile. */
function convert(
  tx: Transaction,
  id: string,
  { supplierId, overwrite }: ConvertSupplierPrices,
): PackageConverted[] {
  const pkg = tx.load(Package, id);
  if (pkg.deleted || pkg.supplierId !== supplierId) return [];
  const { prices, rates } = pricesAt(tx.load(Rates, RATES_ID), pkg);
  const events = setExplicitPrices(pkg, { prices, origin: 'converted', overwrite, rates });
  // Amounts were looked at, so this would be a bug; the package is left as it is.
  if (isRejection(events)) throw new Error(`the prices of package ${id} cannot be converted: ${events.code}`);
  const { explicitPrices } = tx.append(Package, id, events);
  const currencies = Object.keys(prices) as Currency[];
  return [
    {
      changed: events.length > 0,
      keptManual: currencies.filter((currency) => explicitPrices[currency]?.origin === 'manual').length,
      withoutRate: currencies.filter((currency) => prices[currency] === null),
      rates,
    },
  ];
}

/** The base price in every other sale currency, null where there can be none, and the rates that made it. */
function pricesAt(
  rates: RatesState,
  { basePrice }: PackageState,
): {
  readonly prices: Partial<Record<Currency, string | null>>;
  readonly rates: readonly RecordedRate[];
} {
  const prices: Partial<Record<Currency, string | null>> = {};
  const used = new Map<Currency, RecordedRate>();
  for (const currency of SALE_CURRENCIES) {
    if (currency === basePrice.currency) continue;
    const quoted = quote({ pkg: { basePrice, explicitPrices: {} }, rates, partner: LIST_TERMS, currency });
    const amount = quoted?.price.amountMinor.toString();
    const isPrice = amount !== undefined && isAmount(amount, currency, 1n);
    prices[currency] = isPrice ? amount : null;
    for (const rule of quoted?.rules ?? []) {
      if (rule.kind !== 'conversion') continue;
      for (const rate of [rule.from, rule.to]) if (rate) used.set(rate.currency, rate);
    }
  }
  return { prices, rates: [...used.values()] };
}

function summaryOf(converted: readonly PackageConverted[]): PricesConverted {
  const rates = new Map(
    converted.flatMap((each) => each.rates.map((rate) => [rate.currency, rate] as const)),
  );
  return {
    packages: converted.length,
    changed: converted.filter(({ changed }) => changed).length,
    keptManual: converted.reduce((sum, { keptManual }) => sum + keptManual, 0),
    withoutRate: [...new Set(converted.flatMap(({ withoutRate }) => withoutRate))],
    rates: [...rates.values()],
  };
}
