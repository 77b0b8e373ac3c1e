import {
  CreateCategory,
  CreatePackage,
  CreateProduct,
  CreateSupplier,
  type Names,
} from '../../contexts/catalog/index.js';
import { AddKeys } from '../../contexts/inventory/index.js';
import { RegisterPartner } from '../../contexts/partners/index.js';
import { GetRates, SetRates } from '../../contexts/pricing/index.js';
import { TopUpBalance } from '../../contexts/wallets/index.js';
import { type Currency, parseMoney } from '../../platform/kernel/money.js';
import { KeyedHash } from '../../platform/security/keyed-hash.js';
import { type DemoDesk, demoId } from './demo-desk.js';
import {
  CATEGORIES,
  type DemoPartner,
  PARTNERS,
  PRODUCTS,
  RATES,
  SIZE_CURRENCIES,
  SIZES,
  SUPPLIERS,
} from './demo-goods.js';

const PRODUCTS_PER_SUPPLIER = PRODUCTS.length / SUPPLIERS.length;
const SIZES_PER_PRODUCT = 3;
export const PACKAGES = PRODUCTS.length * SIZES_PER_PRODUCT;
const KEYS = 20_000;
/** Every seventh package's keys have a last day. */
const EXPIRING_EVERY = 7;
const LAST_DAY = '2031-12-31';
const COST_PERCENT = 88;

/** Reports that one more piece of `total` is done. */
export type StepDone = () => void;

const minor = (units: number): string => String(units * 100);

/** A package as sold: the size of its product, in the product's currency. */
export interface DemoPackage {
  /** From 1. */
  readonly number: number;
  readonly id: string;
  readonly product: number;
  readonly names: Names;
  readonly size: number;
  readonly currency: (typeof SIZE_CURRENCIES)[number];
}

export const DEMO_PACKAGES: readonly DemoPackage[] = PRODUCTS.flatMap(([en, ru, az], product) => {
  const currency = SIZE_CURRENCIES[product % SIZE_CURRENCIES.length]!;
  return SIZES[currency].map((size, place) => ({
    number: product * SIZES_PER_PRODUCT + place + 1,
    id: demoId('package', product * SIZES_PER_PRODUCT + place + 1),
    product,
    names: {
      en: `${en} ${size} ${currency}`,
      ru: `${ru} ${size} ${currency}`,
      az: `${az} ${size} ${currency}`,
    },
    size,
    currency,
  }));
});

/** Suppliers, categories, products and packages; the order gives them rising public numbers. */
export async function createCatalog(desk: DemoDesk, done: StepDone): Promise<void> {
  for (const [place, fields] of SUPPLIERS.entries()) {
    await desk.run(new CreateSupplier(desk.context(), fields, demoId('supplier', place + 1)));
    done();
  }
  for (const [place, names] of CATEGORIES.entries()) {
    const fields = { names, position: place + 1 };
    await desk.run(new CreateCategory(desk.context(), fields, demoId('category', place + 1)));
    done();
  }
  for (const [place, [en, ru, az, category]] of PRODUCTS.entries()) {
    const fields = {
      names: { en, ru, az },
      supplierId: demoId('supplier', Math.floor(place / PRODUCTS_PER_SUPPLIER) + 1),
      categoryId: demoId('category', category + 1),
      instructions: {
        en: `Open ${en}, choose "Redeem" and enter the code.`,
        ru: `Откройте ${ru}, выберите «Активировать» и введите код.`,
        az: `${az} açın, "Aktivləşdir" seçin və kodu daxil edin.`,
      },
    };
    await desk.run(new CreateProduct(desk.context(), fields, demoId('product', place + 1)));
    done();
  }
  for (const pkg of DEMO_PACKAGES) {
    await desk.run(new CreatePackage(desk.context(), packageFields(pkg), pkg.id));
    done();
  }
}

function packageFields({ product, names, size, currency, number }: DemoPackage) {
  const amount = minor(size);
  return {
    names,
    productId: demoId('product', product + 1),
    position: number,
    basePrice: { amount, currency },
    cost: { amount: String(size * COST_PERCENT), currency },
    // The middle size has a price of its own in AZN, as shops like round numbers.
    ...(currency !== 'AZN' && number % SIZES_PER_PRODUCT === 2
      ? { explicitPrices: { AZN: minor(Math.ceil((size * Number(RATES[currency])) / 5) * 5) } }
      : {}),
  };
}

/** Sets the rates that nobody has set yet. */
export async function setMissingRates(desk: DemoDesk): Promise<void> {
  const { rates: known } = await desk.query(new GetRates(desk.context()));
  const missing = Object.entries(RATES).filter(([currency]) => known[currency as Currency] === undefined);
  if (missing.length === 0) return;
  await desk.run(new SetRates(desk.context(), { rates: Object.fromEntries(missing), source: 'manual' }));
}

/** The same keys each time, so that what came in before is skipped. */
export async function addKeys(desk: DemoDesk, pkg: DemoPackage): Promise<number> {
  const hashes = desk.app.get(KeyedHash);
  const [name] = PRODUCTS[pkg.product]!;
  const prefix = name
    .normalize('NFD')
    .replace(/[^A-Za-z]/g, '')
    .slice(0, 4)
    .toUpperCase();
  const share = Math.floor(KEYS / PACKAGES) + (pkg.number <= KEYS % PACKAGES ? 1 : 0);
  const keys = Array.from({ length: share }, (_, index) => {
    const code = Buffer.from(hashes.hash('demo-key', `${pkg.number}/${index}`), 'base64url').toString('hex');
    const [a, b, c] = [code.slice(0, 5), code.slice(5, 10), code.slice(10, 15)];
    return {
      text: `${prefix}-${a}-${b}-${c}`.toUpperCase(),
      serial: `${prefix}${pkg.number}-${String(index + 1).padStart(5, '0')}`,
      ...(pkg.number % EXPIRING_EVERY === 0 ? { expiresOn: LAST_DAY } : {}),
    };
  });
  const { added } = await desk.run(new AddKeys(desk.context(), { packageId: pkg.id, keys }));
  return added.length;
}

/** Registers a partner with its first balance. Answers its id (UUID). */
export async function registerPartner(desk: DemoDesk, partner: DemoPartner): Promise<string> {
  const { login, name, currency, billingMode, creditLimit, topUp } = partner;
  const { partnerId } = await desk.run(
    new RegisterPartner(desk.context(`demo-partner-${login}`), {
      login,
      name,
      password: desk.password,
      email: `office@${login}.example`,
      defaultCurrency: currency,
      billingMode,
      creditLimit,
    }),
  );
  if (topUp > 0) await desk.run(topUpOf(desk, partner, partnerId, `${login}-opening`));
  return partnerId;
}

function topUpOf(desk: DemoDesk, partner: DemoPartner, ownerId: string, reference: string): TopUpBalance {
  const { currency, topUp } = partner;
  const { amountMinor } = parseMoney(String(topUp), currency)!;
  const input = { ownerId, purpose: 'main', currency, amountMinor, reference, comment: null } as const;
  return new TopUpBalance(desk.context(), input);
}

/** Tops every prepaid partner up a second time, by a part of its opening balance. */
export async function topUpAgain(
  desk: DemoDesk,
  partners: ReadonlyMap<DemoPartner, string>,
  done: StepDone,
): Promise<void> {
  for (const [partner, id] of partners) {
    const part = { ...partner, topUp: partner.topUp / 4 };
    if (part.topUp > 0) await desk.run(topUpOf(desk, part, id, `${partner.login}-second`));
    done();
  }
}

export const CATALOG_STEPS = SUPPLIERS.length + CATEGORIES.length + PRODUCTS.length + PACKAGES;
export const PARTNER_STEPS = PARTNERS.length;
