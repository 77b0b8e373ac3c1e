import fc from 'fast-check';
import { Lot } from '../../src/contexts/inventory/index.js';
import { advanceSale } from '../../src/contexts/ordering/commands/advance-sale.js';
import { claimOrder } from '../../src/contexts/ordering/domain/order.decider.js';
import { Order } from '../../src/contexts/ordering/domain/order.js';
import type { OrderLine, PriceFacts } from '../../src/contexts/ordering/events/order.events.js';
import { Wallet, type WalletEvent, walletId } from '../../src/contexts/wallets/index.js';
import {
  CURRENCY_EXPONENTS,
  type Currency,
  formatMinor,
  isCurrency,
  parseMoney,
} from '../../src/platform/kernel/money.js';
import { isRejection } from '../../src/platform/kernel/rejection.js';
import { PACKAGE, PACKAGE_NUMBER, PARTNER, PRODUCT, SaleWorld, SUPPLIER } from '../support/sale-world.js';

const ORDER = 'order-1';
const CURRENCIES = Object.keys(CURRENCY_EXPONENTS).filter(isCurrency);

interface Line {
  /** Decimal. */
  readonly price: string;
  readonly units: number;
}

function facts(price: string, currency: Currency): PriceFacts {
  const { amountMinor } = parseMoney(price, currency)!;
  const money = { amount: amountMinor.toString(), currency };
  return {
    ...{ package: PACKAGE, packagePublicId: PACKAGE_NUMBER, product: PRODUCT, supplier: SUPPLIER },
    ...{ listPrice: money, rules: [], price: money, amountAzn: null, referrer: null },
    commission: { amount: '0', currency },
  };
}

function linesOf(lines: readonly Line[], currency: Currency): OrderLine[] {
  let number = 0;
  const source = { kind: 'stock' as const, lot: 1, lotRevision: 1 };
  return lines.map(({ price, units }, index) => ({
    line: index + 1,
    facts: facts(price, currency),
    units: Array.from({ length: units }, () => ({ unit: ++number, source, unitCost: null })),
  }));
}

/** What the wallet's events say of an order's money, in decimals: held first, then captured. */
async function moneyOf(currency: Currency, lines: readonly Line[], keys: number): Promise<string[]> {
  const world = await SaleWorld.create({ lots: [keys], fundsMinor: 0n });
  const wallet = walletId(PARTNER, 'main', currency);
  const { executor } = world.node();
  await executor.advance(world.context(), (tx) => {
    const claimed = claimOrder(tx.load(Order, ORDER), {
      ...{ publicId: 1, partner: PARTNER, apiKey: null, reference: 'A', surface: 'test', language: 'en' },
      ...{ currency, wallet, walletRevision: -1, floor: null, hold: 'sale:1', reservation: null },
      ...{ lines: linesOf(lines, currency), email: null, deadline: tx.at },
    });
    if (!isRejection(claimed)) tx.append(Order, ORDER, claimed);
    advanceSale(tx, ORDER, 'finish', { cooldownMs: 0 });
  });
  const sold = [...world.fold(Lot, '1').slots].filter(({ status }) => status === 'sold').length;
  expect(sold).toBe(
    Math.min(
      keys,
      lines.reduce((sum, { units }) => sum + units, 0),
    ),
  );
  expect(world.fold(Wallet, wallet).heldMinor).toBe(0n);
  return world.events
    .filter(({ stream }) => stream.startsWith('kf.wallet-'))
    .map(({ type, data }) => {
      const { amount } = JSON.parse(data.toString()) as Extract<WalletEvent, { type: 'FundsHeld' }>['data'];
      return `${type} ${formatMinor(BigInt(amount), currency)}`;
    });
}

it.each<[Currency, string, string]>([
  ['AZN', '0.07', '0.49'],
  ['USD', '19.99', '139.93'],
  ['UZS', '1234567.89', '8641975.23'],
  ['USDT', '0.000001', '0.000007'],
  ['BTC', '0.00000003', '0.00000021'],
  ['ETH', '1.000000000000000001', '7.000000000000000007'],
])('an order of 7 keys holds and captures 7 times their price in %s', async (currency, price, sum) => {
  const money = await moneyOf(currency, [{ price, units: 7 }], 7);
  expect(money).toEqual([`FundsHeld ${sum}`, `FundsCaptured ${sum}`]);
});

it('what is held is the sum of price times units over all lines, in each currency; what is captured, of what was sold', () => {
  const minor = fc.bigInt({ min: 1n, max: 10n ** 24n });
  const line = fc.record({ minor, units: fc.integer({ min: 1, max: 4 }) });
  const lines = fc.array(line, { minLength: 1, maxLength: 3 });
  return fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...CURRENCIES),
      lines,
      fc.integer({ min: 1, max: 12 }),
      async (currency, given, keys) => {
        const prices = given.flatMap(({ minor, units }) => Array.from({ length: units }, () => minor));
        const sum = (amounts: readonly bigint[]): string =>
          formatMinor(
            amounts.reduce((total, amount) => total + amount, 0n),
            currency,
          );
        const decimals = given.map(({ minor, units }) => ({ price: formatMinor(minor, currency), units }));
        expect(await moneyOf(currency, decimals, keys)).toEqual([
          `FundsHeld ${sum(prices)}`,
          `FundsCaptured ${sum(prices.slice(0, keys))}`,
        ]);
      },
    ),
    { numRuns: 40 },
  );
});
