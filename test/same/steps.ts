import { Random } from '../support/load/random.js';

/**
 * One command of the sequence. It names what it is about by the order in which that was made, and reservations by the step
 * that asked for them: which ids the product gives differs from run to run.
 */
export type Step =
  | { readonly do: 'supplier' }
  | { readonly do: 'product'; readonly supplier: number }
  | { readonly do: 'package'; readonly product: number; readonly price: string }
  | {
      readonly do: 'partner';
      readonly billingMode: 'prepaid' | 'postpaid';
      readonly creditLimit: string | null;
    }
  | { readonly do: 'keys'; readonly package: number; readonly first: number; readonly count: number }
  | ({ readonly do: 'topUp' | 'adjust'; readonly amount: string; readonly reference: string } & Buyer)
  | ({ readonly do: 'reserve'; readonly package: number } & Buyer)
  | ({ readonly do: 'buy'; readonly package: number; readonly order: string } & Buyer)
  | ({ readonly do: 'confirm'; readonly reserved: number; readonly order: string } & Buyer)
  | ({ readonly do: 'cancel'; readonly reserved: number } & Buyer)
  | ({ readonly do: 'refund'; readonly order: string; readonly kind: 'refund' | 'annulment' } & Buyer)
  | ({ readonly do: 'replace'; readonly order: string } & Buyer)
  | { readonly do: 'price'; readonly package: number; readonly amount: string }
  | { readonly do: 'explicit'; readonly package: number; readonly amount: string | null }
  | { readonly do: 'status'; readonly package: number; readonly active: boolean }
  | { readonly do: 'terms'; readonly partner: number; readonly commission: string; readonly active: boolean }
  | { readonly do: 'access'; readonly partner: number; readonly products: readonly number[] | null }
  | { readonly do: 'rates'; readonly usd: string }
  | { readonly do: 'quarantine' | 'retire'; readonly reserved: number };

interface Buyer {
  readonly partner: number;
  readonly currency: 'AZN' | 'USD';
}

const SUPPLIERS = 3;
const PRODUCTS = 10;
const PACKAGES = 30;
const PARTNERS = 16;
/** Confirmations, cancellations and the like are about one of so many last ones. */
const RECENT = 30;

/** The sequence of one seed, the same each time. */
export function recordSteps(seed: number, count: number): readonly Step[] {
  const recorder = new Recorder(new Random(seed));
  recorder.setUp();
  while (recorder.steps.length < count) recorder.next();
  return recorder.steps.slice(0, count);
}

/** The same sequence with one price that is one minor unit higher. */
export function withPriceOff(steps: readonly Step[]): readonly Step[] {
  const at = steps.findIndex((step) => step.do === 'package');
  return steps.map((step, index) =>
    index === at && step.do === 'package' ? { ...step, price: String(BigInt(step.price) + 1n) } : step,
  );
}

type Sale = Extract<Step, { do: 'buy' | 'confirm' }>;

class Recorder {
  readonly steps: Step[] = [];
  private readonly reserves: { readonly step: number; readonly buyer: Buyer }[] = [];
  private readonly sales: Sale[] = [];
  private readonly payments: Step[] = [];
  private packages = 0;
  private keys = 0;
  private references = 0;

  constructor(private readonly random: Random) {}

  setUp(): void {
    const { steps, random } = this;
    for (let n = 0; n < SUPPLIERS; n += 1) steps.push({ do: 'supplier' });
    for (let n = 0; n < PRODUCTS; n += 1) steps.push({ do: 'product', supplier: n % SUPPLIERS });
    steps.push({ do: 'rates', usd: '1.7' });
    for (let n = 0; n < PACKAGES; n += 1) {
      this.addPackage(n % PRODUCTS);
      this.addKeys(n);
    }
    for (let partner = 0; partner < PARTNERS; partner += 1) {
      const isPostpaid = partner % 4 === 3;
      steps.push({
        do: 'partner',
        billingMode: isPostpaid ? 'postpaid' : 'prepaid',
        creditLimit: isPostpaid ? '5000.00' : null,
      });
      this.pay({ partner, currency: 'AZN' }, random.between(50_000, 500_000));
    }
  }

  next(): void {
    const { random } = this;
    random.weighted(this.kinds).add();
  }

  private readonly kinds: readonly { readonly weight: number; readonly add: () => void }[] = [
    { weight: 220, add: () => this.reserve() },
    { weight: 170, add: () => this.confirm() },
    { weight: 50, add: () => this.cancel() },
    { weight: 220, add: () => this.buy() },
    { weight: 40, add: () => this.again(this.sales) },
    { weight: 20, add: () => this.conflict() },
    { weight: 80, add: () => this.pay(this.buyer(), this.random.between(1_000, 60_000)) },
    { weight: 10, add: () => this.again(this.payments) },
    { weight: 10, add: () => this.adjust() },
    { weight: 60, add: () => this.addKeys(this.package()) },
    { weight: 30, add: () => this.refund() },
    { weight: 20, add: () => this.replace() },
    { weight: 25, add: () => this.price() },
    { weight: 15, add: () => this.terms() },
    { weight: 10, add: () => this.access() },
    { weight: 8, add: () => this.handle() },
    { weight: 5, add: () => this.status() },
    { weight: 2, add: () => this.steps.push({ do: 'rates', usd: `1.${this.random.between(60, 80)}` }) },
    { weight: 1, add: () => this.addPackage(this.random.between(0, PRODUCTS - 1)) },
  ];

  private package(): number {
    return this.random.between(0, this.packages - 1);
  }

  private buyer(): Buyer {
    const currency = this.random.next() < 0.9 ? 'AZN' : 'USD';
    return { partner: this.random.between(0, PARTNERS - 1), currency };
  }

  private reference(): string {
    this.references += 1;
    return `r-${this.references}`;
  }

  private reserve(): void {
    const buyer = this.buyer();
    this.reserves.push({ step: this.steps.length, buyer });
    this.steps.push({ do: 'reserve', package: this.package(), ...buyer });
  }

  private confirm(): void {
    const found = this.recent(this.reserves);
    if (!found) return;
    this.sell({ do: 'confirm', reserved: found.step, order: this.reference(), ...found.buyer });
  }

  private cancel(): void {
    const found = this.recent(this.reserves);
    if (found) this.steps.push({ do: 'cancel', reserved: found.step, ...found.buyer });
  }

  private buy(): void {
    this.sell({ do: 'buy', package: this.package(), order: this.reference(), ...this.buyer() });
  }

  /** Another purchase under a reference that was used. */
  private conflict(): void {
    const found = this.recent(this.sales);
    if (!found) return;
    const { partner, currency, order } = found;
    this.sell({ do: 'buy', package: this.package(), order, partner, currency });
  }

  private sell(sale: Sale): void {
    this.sales.push(sale);
    this.steps.push(sale);
  }

  private again(earlier: readonly Step[]): void {
    const found = this.recent(earlier);
    if (found) this.steps.push(found);
  }

  private pay(buyer: Buyer, amount: number): void {
    const step: Step = { do: 'topUp', amount: String(amount), reference: this.reference(), ...buyer };
    this.payments.push(step);
    this.steps.push(step);
  }

  private adjust(): void {
    const amount = String(this.random.between(-500, 500));
    this.steps.push({ do: 'adjust', amount, reference: this.reference(), ...this.buyer() });
  }

  private refund(): void {
    const found = this.recent(this.sales);
    if (!found) return;
    const { order, partner, currency } = found;
    const kind = this.random.next() < 0.5 ? 'refund' : 'annulment';
    this.steps.push({ do: 'refund', order, kind, partner, currency });
  }

  private replace(): void {
    const found = this.recent(this.sales);
    if (!found) return;
    const { order, partner, currency } = found;
    this.steps.push({ do: 'replace', order, partner, currency });
  }

  private price(): void {
    const amount = String(this.random.between(100, 5_000));
    const isExplicit = this.random.next() < 0.4;
    if (!isExplicit) this.steps.push({ do: 'price', package: this.package(), amount });
    else
      this.steps.push({
        do: 'explicit',
        package: this.package(),
        amount: this.random.next() < 0.3 ? null : amount,
      });
  }

  private terms(): void {
    const { random } = this;
    const commission = `${random.between(0, 9)}.${random.between(0, 9)}`;
    const partner = random.between(0, PARTNERS - 1);
    this.steps.push({ do: 'terms', partner, commission, active: random.next() < 0.9 });
  }

  private access(): void {
    const { random } = this;
    const some = Array.from({ length: PRODUCTS }, (_, n) => n).filter(() => random.next() < 0.8);
    const partner = random.between(0, PARTNERS - 1);
    this.steps.push({ do: 'access', partner, products: random.next() < 0.6 ? null : some });
  }

  private handle(): void {
    const found = this.recent(this.reserves);
    const kind = this.random.next() < 0.5 ? 'quarantine' : 'retire';
    if (found) this.steps.push({ do: kind, reserved: found.step });
  }

  private status(): void {
    this.steps.push({ do: 'status', package: this.package(), active: this.random.next() < 0.7 });
  }

  private addPackage(product: number): void {
    this.packages += 1;
    this.steps.push({ do: 'package', product, price: String(this.random.between(100, 5_000)) });
  }

  /** Now and then some that are there already. */
  private addKeys(pkg: number): void {
    const count = this.random.between(2, 16);
    const first = this.random.next() < 0.1 ? Math.max(this.keys - 3, 0) : this.keys;
    this.keys = Math.max(this.keys, first + count);
    this.steps.push({ do: 'keys', package: pkg, first, count });
  }

  private recent<T>(all: readonly T[]): T | null {
    return all.length === 0 ? null : this.random.pick(all.slice(-RECENT));
  }
}
