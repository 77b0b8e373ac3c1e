import { UpdatePackage } from '../../../src/contexts/catalog/index.js';
import {
  BlockPartner,
  SetPartnerAccess,
  SetPartnerCurrencies,
  SetPartnerPassword,
} from '../../../src/contexts/partners/index.js';
import { SetRates } from '../../../src/contexts/pricing/index.js';
import { TopUpBalance } from '../../../src/contexts/wallets/index.js';
import { type Answer, PASSWORD, Shop, type Terminal } from './shop.js';

const SUCCESS = { code: '0', message: 'SUCCESS' };
const RESERVATION_MS = 600_000;
const RESERVATION_STRIDE = 10 ** 12;

let shop: Shop;
let terminal: Terminal;
let orders = 0;

beforeAll(async () => {
  shop = await Shop.open();
  terminal = await shop.terminal();
});

afterAll(() => shop.app.close());

const newOrder = (): string => `PAY-2026-${String(++orders).padStart(3, '0')}`;

/** The data of an answer that must be a success. */
function dataOf(answer: Answer): Record<string, string> {
  expect(answer).toMatchObject(SUCCESS);
  return answer.data as unknown as Record<string, string>;
}

const reserve = async (pkg: { publicId: number }, of = terminal): Promise<Record<string, string>> =>
  dataOf(await of.call(3, { package: String(pkg.publicId) }));

describe('the catalogue', () => {
  it('names uploaded images by their whole address', async () => {
    const [imageUrl, thumbnailUrl] = ['/uploads/a.png', '/uploads/a-thumbnail.png'];
    const product = await shop.product({ imageUrl, thumbnailUrl });
    await shop.stock(await shop.package(product.id), 1);
    const products = dataOf(await terminal.call(1)) as unknown as Record<string, string>[];
    const base = 'http://localhost:3000';
    expect(products.find(({ productId }) => productId === String(product.publicId))).toMatchObject({
      imageUrl: `${base}${imageUrl}`,
      thumbnailUrl: `${base}${thumbnailUrl}`,
    });
  });

  it('lists products and packages with stock, in the language asked for, as documented', async () => {
    const product = await shop.product({
      names: { en: 'Steam Wallet', ru: 'Steam Кошелёк', az: 'Steam Cüzdan' },
      imageUrl: 'https://admin.pay.net.az/uploads/products/steam-50.png',
      position: 1,
    });
    const pkg = await shop.package(product.id, { names: { en: 'Steam $20 Global' } });
    await shop.stock(pkg, 1);
    const products = dataOf(await terminal.call(1, undefined, { lang: 'ru' })) as unknown as object[];
    expect(products[0]).toEqual({
      productId: String(product.publicId),
      productName: 'Steam Кошелёк',
      imageUrl: 'https://admin.pay.net.az/uploads/products/steam-50.png',
      thumbnailUrl: null,
    });
    expect(await terminal.call(2, { product: product.publicId })).toEqual({
      ...SUCCESS,
      data: [
        {
          packageId: String(pkg.publicId),
          packageName: 'Steam $20 Global',
          packagePrice: '25.50',
          currency: 'AZN',
        },
      ],
    });
  });

  it('leaves out a product that is inactive, and refuses its packages', async () => {
    const product = await shop.product({ status: 'inactive' });
    const pkg = await shop.package(product.id);
    await shop.stock(pkg, 1);
    expect((await terminal.call(2, { product: product.publicId })).code).toBe('2-3');
    expect((await terminal.call(3, { package: pkg.publicId })).code).toBe('3-3');
    expect((await terminal.call(6, { package: pkg.publicId, order: newOrder() })).code).toBe('6-4');
  });

  it.each([
    ['is held', { hold: true }],
    ['an admin switched off', { status: 'inactive' as const }],
    ['is fulfilled as a service', { fulfilment: 'service' as const }],
  ])('leaves out a package that %s, refuses it, and sells it again afterwards', async (_, change) => {
    const product = await shop.product();
    const pkg = await shop.package(product.id);
    await shop.stock(pkg, 2);
    const codes = async (): Promise<string[]> => {
      const listed = await terminal.call(2, { product: product.publicId });
      const reserved = await terminal.call(3, { package: pkg.publicId });
      const bought = await terminal.call(6, { package: pkg.publicId, order: newOrder() });
      return [JSON.stringify(listed.data), reserved.code, bought.code];
    };
    const put = (changes: object) => shop.app.run(new UpdatePackage(shop.app.context(), pkg.id, changes));
    await put(change);
    expect(await codes()).toEqual(['[]', '3-3', '6-4']);
    await put({ hold: false, status: 'active', fulfilment: 'stock' });
    expect((await codes()).slice(1)).toEqual(['0', '0']);
  });

  it('leaves out what has no price in the currency, until there is a rate', async () => {
    const product = await shop.product();
    const pkg = await shop.package(product.id);
    await shop.stock(pkg, 1);
    const list = () => terminal.call(2, { product: product.publicId }, { currency: 'EUR' });
    expect((await list()).data).toEqual([]);
    expect((await terminal.call(3, { package: pkg.publicId, currency: 'EUR' })).code).toBe('3-3');
    await shop.app.run(new SetRates(shop.app.context(), { rates: { EUR: '2.0000' }, source: 'manual' }));
    expect(await list()).toMatchObject({ data: [{ packagePrice: '12.75', currency: 'EUR' }] });
  });
});

describe('a sale in two steps', () => {
  it('reserves, confirms and answers the same order the same', async () => {
    const { texts, ...pkg } = await shop.stocked(2);
    const reserved = await terminal.call(3, { package: String(pkg.publicId) }, { currency: 'AZN' });
    const { keyId, ...rest } = dataOf(reserved);
    expect(keyId).toMatch(/^\d+$/);
    expect(texts).toContain(rest.keyText);
    expect(rest).toEqual({
      keyText: rest.keyText,
      serialNumber: `SN-${rest.keyText?.slice(7, 12)}`,
      price: '25.50',
      currency: 'AZN',
    });
    const order = newOrder();
    const confirm = () => terminal.call(4, { key: keyId!, order, currency: 'AZN' });
    expect(await confirm()).toEqual(SUCCESS);
    expect(await confirm()).toEqual(SUCCESS);
    expect(await terminal.call(4, { key: keyId!, order: newOrder() })).toMatchObject({ code: '4-5' });
    expect(await terminal.call(5, { key: keyId! })).toMatchObject({ code: '5-3' });
    const other = await reserve(pkg);
    expect(await terminal.call(4, { key: other.keyId!, order })).toEqual({
      code: '4-7',
      message: 'ORDER_ALREADY_EXISTS',
    });
  });

  it('cancels once, and the next reservation of the key has another number', async () => {
    const pkg = await shop.stocked(1);
    const first = await reserve(pkg);
    expect(await terminal.call(5, { key: first.keyId! })).toEqual(SUCCESS);
    expect((await terminal.call(5, { key: first.keyId! })).code).toBe('5-3');
    const second = await reserve(pkg);
    expect(second.keyText).toBe(first.keyText);
    expect(Number(second.keyId)).toBe(RESERVATION_STRIDE + Number(first.keyId));
    expect((await terminal.call(5, { key: first.keyId! })).code).toBe('5-3');
    expect((await terminal.call(4, { key: first.keyId!, order: newOrder() })).code).toBe('4-5');
    expect(await terminal.call(4, { key: second.keyId!, order: newOrder() })).toEqual(SUCCESS);
  });

  it('can be confirmed until the last millisecond of ten minutes, and not at ten minutes', async () => {
    const pkg = await shop.stocked(2);
    const [early, late] = [await reserve(pkg), await reserve(pkg)];
    shop.app.clock.advance(RESERVATION_MS - 1);
    expect(await terminal.call(4, { key: early.keyId!, order: newOrder() })).toEqual(SUCCESS);
    shop.app.clock.advance(1);
    const order = newOrder();
    expect((await terminal.call(4, { key: late.keyId!, order })).code).toBe('4-5');
    expect((await terminal.call(5, { key: late.keyId! })).code).toBe('5-3');
    const price = { amount: '3000', currency: 'AZN' as const };
    await shop.app.run(new UpdatePackage(shop.app.context(), pkg.id, { basePrice: price }));
    expect(await terminal.call(6, { package: pkg.publicId, order })).toMatchObject(SUCCESS);
  });

  it('that ends unsold gives a key whose text was shown back to where its package wants it', async () => {
    const hidden = await shop.terminal();
    await hidden.update({ revealOn: 'confirm' });
    const endings = {
      cancel: async (of: Terminal, key: string) => expect((await of.call(5, { key })).code).toBe('0'),
      expiry: async (of: Terminal, key: string) => {
        shop.app.clock.advance(RESERVATION_MS);
        expect((await of.call(4, { key, order: newOrder() })).code).toBe('4-5');
      },
    };
    const next: Record<string, string> = {};
    for (const releasePolicy of ['stock', 'quarantine'] as const) {
      for (const [who, of] of Object.entries({ shown: terminal, hidden })) {
        for (const [how, end] of Object.entries(endings)) {
          const pkg = await shop.stocked(1, { releasePolicy });
          await end(of, (await reserve(pkg, of)).keyId!);
          const { code } = await terminal.call(3, { package: pkg.publicId });
          next[`${releasePolicy}, ${who}, ${how}`] = code;
        }
      }
    }
    expect(next).toEqual({
      ...{ 'stock, shown, cancel': '0', 'stock, shown, expiry': '0' },
      ...{ 'stock, hidden, cancel': '0', 'stock, hidden, expiry': '0' },
      ...{ 'quarantine, shown, cancel': '3-4', 'quarantine, shown, expiry': '3-4' },
      ...{ 'quarantine, hidden, cancel': '0', 'quarantine, hidden, expiry': '0' },
    });
  });

  it("belongs to its partner: another one's key is unknown", async () => {
    const stranger = await shop.terminal();
    const { keyId } = await reserve(await shop.stocked(1));
    expect((await stranger.call(4, { key: keyId!, order: newOrder() })).code).toBe('4-5');
    expect((await stranger.call(5, { key: keyId! })).code).toBe('5-3');
    expect(await terminal.call(5, { key: keyId! })).toEqual(SUCCESS);
  });

  it('keeps the currency of its reservation', async () => {
    const dollars = { explicitPrices: { USD: '1500' } };
    const { keyId, price, currency } = dataOf(
      await terminal.call(3, { package: (await shop.stocked(1, dollars)).publicId, currency: 'USD' }),
    );
    expect([price, currency]).toEqual(['15.00', 'USD']);
    const order = newOrder();
    expect((await terminal.call(4, { key: keyId!, order, currency: 'AZN' })).code).toBe('0-7');
    expect((await terminal.call(4, { key: keyId!, order }, { currency: 'EUR' })).code).toBe('0-7');
    // Both are compared, whichever of them would come first elsewhere.
    for (const other of ['AZN', 'XYZ']) {
      const right = { key: keyId!, order, currency: 'USD' };
      expect((await terminal.call(4, right, { currency: other })).code).toBe('0-7');
    }
    expect(await terminal.call(4, { key: keyId!, order })).toEqual(SUCCESS);
    // A replay answers as it did, whatever currency comes with it.
    expect(await terminal.call(4, { key: keyId!, order, currency: 'AZN' })).toEqual(SUCCESS);
  });

  it('shows the key at confirmation to a partner that wants it so', async () => {
    const careful = await shop.terminal();
    await careful.update({ revealOn: 'confirm' });
    const { texts, ...pkg } = await shop.stocked(1);
    const reserved = await reserve(pkg, careful);
    expect(reserved.keyText).toBeNull();
    const confirm = () => careful.call(4, { key: reserved.keyId!, order: 'A-1' });
    const confirmed = {
      ...SUCCESS,
      data: { keyId: reserved.keyId, keyText: texts[0], serialNumber: reserved.serialNumber },
    };
    expect(await confirm()).toEqual(confirmed);
    expect(await confirm()).toEqual(confirmed);
  });

  it('shows a key that was withheld, whatever the partner wants by now', async () => {
    const careful = await shop.terminal();
    await careful.update({ revealOn: 'confirm' });
    const { texts, ...pkg } = await shop.stocked(1);
    const { keyId } = await reserve(pkg, careful);
    await careful.update({ revealOn: 'reserve' });
    const confirm = () => careful.call(4, { key: keyId!, order: 'A-1' });
    expect(dataOf(await confirm()).keyText).toBe(texts[0]);
    expect(dataOf(await confirm()).keyText).toBe(texts[0]);
  });

  it('shows a key again at confirmation to a partner that wants it so by now', async () => {
    const careful = await shop.terminal();
    const { texts, ...pkg } = await shop.stocked(1);
    const { keyId, keyText } = await reserve(pkg, careful);
    expect(keyText).toBe(texts[0]);
    await careful.update({ revealOn: 'confirm' });
    expect(dataOf(await careful.call(4, { key: keyId!, order: newOrder() })).keyText).toBe(texts[0]);
  });

  it('is limited in how many reservations stand open', async () => {
    const small = await shop.terminal();
    await small.update({ maxOpenReservations: 1 });
    const pkg = await shop.stocked(2);
    await reserve(pkg, small);
    expect(await small.call(3, { package: pkg.publicId })).toEqual({ code: '0-13', message: 'RATE_LIMITED' });
  });

  it('counts against the limit of its partner also in a currency that was taken away since', async () => {
    const small = await shop.terminal();
    await small.update({ maxOpenReservations: 1 });
    const pkg = await shop.stocked(2, { explicitPrices: { USD: '1500' } });
    const { keyId } = dataOf(await small.call(3, { package: pkg.publicId, currency: 'USD' }));
    const onlyAzn = { allowedCurrencies: ['AZN' as const] };
    await shop.app.run(new SetPartnerCurrencies(shop.app.context(), small.partnerId, onlyAzn));
    expect((await small.call(3, { package: pkg.publicId })).code).toBe('0-13');
    expect((await small.call(4, { key: keyId!, order: newOrder() })).code).toBe('0');
    expect((await small.call(3, { package: pkg.publicId })).code).toBe('0');
  });
});

describe('a sale in one step', () => {
  it('answers as documented, and the same order with the same key again', async () => {
    const { texts, ...pkg } = await shop.stocked(2);
    const order = newOrder();
    const buy = (more = {}) => terminal.call(6, { package: String(pkg.publicId), order, ...more });
    const bought = await buy({ email: 'c4n4ry@example.com', lang: 'en' });
    const { keyId, keyText } = dataOf(bought);
    expect(texts).toContain(keyText);
    expect(bought).toEqual({
      ...SUCCESS,
      data: { keyId, keyText, serialNumber: `SN-${keyText?.slice(7, 12)}` },
    });
    expect(await buy()).toEqual(bought);
    expect(await buy({ email: 'c4n4ry.other@example.com', lang: 'az' })).toEqual(bought);
    expect((await terminal.call(6, { package: (await shop.stocked(1)).publicId, order })).code).toBe('6-7');
  });

  it('is answered again in a currency that was taken away since, in which nothing new is sold', async () => {
    const foreign = await shop.terminal();
    const { publicId } = await shop.stocked(2, { explicitPrices: { USD: '1500' } });
    const order = newOrder();
    const buy = (data: object, more = {}) =>
      foreign.call(6, { package: publicId, order, ...data }, { currency: 'USD', ...more });
    const bought = await buy({});
    dataOf(bought);
    const onlyAzn = { allowedCurrencies: ['AZN' as const] };
    await shop.app.run(new SetPartnerCurrencies(shop.app.context(), foreign.partnerId, onlyAzn));
    expect(await buy({})).toEqual(bought);
    expect((await buy({ package: 987_654 })).code).toBe('6-7');
    for (const other of [
      { order: newOrder() },
      { order: '' },
      { package: 'x' },
      { package: 987_654, order: newOrder() },
    ]) {
      expect((await buy(other)).code).toBe('0-7');
    }
    expect((await foreign.call(3, { package: publicId, currency: 'USD' })).code).toBe('0-7');
    expect((await buy({ order: newOrder() }, { currency: 'AZN' })).code).toBe('0');
  });

  it('goes to an address whose domain is not in Latin letters', async () => {
    const pkg = await shop.stocked(1);
    const email = 'c4n4ry@пример.example';
    const bought = await terminal.call(6, { package: pkg.publicId, order: 'MAIL-IDN', email });
    expect(bought).toMatchObject({ code: '0', data: { keyText: pkg.texts[0] } });
  });

  it('stands when the address is none, and says so each time', async () => {
    const pkg = await shop.stocked(1);
    const buy = () =>
      terminal.call(6, { package: pkg.publicId, order: 'MAIL-1', email: 'c4n4ry at nowhere' });
    const bought = await buy();
    expect(bought).toEqual({
      code: '6-6',
      message: 'Email delivery failed (key still sold)',
      data: { keyId: expect.any(String), keyText: pkg.texts[0], serialNumber: expect.any(String) },
    });
    expect(await buy()).toEqual(bought);
  });

  it('answers an order that action 4 confirmed in its own shape', async () => {
    const pkg = await shop.stocked(1);
    const { keyId, keyText, serialNumber } = await reserve(pkg);
    const order = newOrder();
    await terminal.call(4, { key: keyId!, order });
    expect(await terminal.call(6, { package: pkg.publicId, order })).toEqual({
      ...SUCCESS,
      data: { keyId, keyText, serialNumber },
    });
  });

  it('tells orders apart byte for byte', async () => {
    const { publicId } = await shop.stocked(4);
    const sold = new Set<string | undefined>();
    for (const order of ['caf\u00e9', 'cafe\u0301', 'CAF\u00c9', 'caf\u00e9 ']) {
      sold.add(dataOf(await terminal.call(6, { package: publicId, order })).keyId);
    }
    expect(sold.size).toBe(4);
  });

  it("shares its orders with nobody else's", async () => {
    const other = await shop.terminal();
    const { publicId } = await shop.stocked(2);
    const mine = dataOf(await terminal.call(6, { package: publicId, order: 'SAME' }));
    const theirs = dataOf(await other.call(6, { package: publicId, order: 'SAME' }));
    expect(theirs.keyId).not.toBe(mine.keyId);
  });
});

describe('the last key', () => {
  it('takes the package off the list, and new keys bring it back', async () => {
    const product = await shop.product();
    const pkg = await shop.package(product.id);
    await shop.stock(pkg, 1);
    const list = async (): Promise<unknown> => {
      await shop.app.settle();
      return (await terminal.call(2, { product: product.publicId })).data;
    };
    expect(await list()).toHaveLength(1);
    await terminal.call(6, { package: pkg.publicId, order: newOrder() });
    expect(await list()).toEqual([]);
    expect((await terminal.call(3, { package: pkg.publicId })).code).toBe('3-4');
    expect((await terminal.call(6, { package: pkg.publicId, order: newOrder() })).code).toBe('6-5');
    await shop.stock(pkg, 1);
    expect(await list()).toHaveLength(1);
    await reserve(pkg);
  });
});

describe('a partner', () => {
  it('without money is told so, and sold to after a top-up', async () => {
    const poor = await shop.terminal({ billingMode: 'prepaid', creditLimit: null });
    const pkg = await shop.stocked(2);
    const data = { package: pkg.publicId, order: 'POOR-1' };
    const noMoney = { code: '0-12', message: 'INSUFFICIENT_BALANCE' };
    expect(await poor.call(3, data)).toEqual(noMoney);
    expect(await poor.call(6, data)).toEqual(noMoney);
    const input = {
      ownerId: poor.partnerId,
      purpose: 'main' as const,
      currency: 'AZN' as const,
      comment: null,
    };
    await shop.app.run(
      new TopUpBalance(shop.app.context(), { ...input, amountMinor: 2550n, reference: 'T-1' }),
    );
    expect(await poor.call(6, data)).toMatchObject(SUCCESS);
    expect(await poor.call(6, { ...data, order: 'POOR-2' })).toEqual(noMoney);
    expect(await poor.call(6, data)).toMatchObject(SUCCESS);
  });

  it('sees and buys what it has access to', async () => {
    const limited = await shop.terminal();
    const [open, closed] = [await shop.product(), await shop.product()];
    const packages = [await shop.package(open.id), await shop.package(closed.id)];
    for (const pkg of packages) await shop.stock(pkg, 1);
    const access = { allProducts: false, productIds: [open.id], packageIds: null };
    await shop.app.run(new SetPartnerAccess(shop.app.context(), limited.partnerId, access));
    expect((await limited.call(1)).data).toHaveLength(1);
    expect((await limited.call(2, { product: closed.publicId })).code).toBe('2-3');
    expect((await limited.call(3, { package: packages[1]!.publicId })).code).toBe('3-3');
    expect((await limited.call(6, { package: packages[1]!.publicId, order: 'A' })).code).toBe('6-4');
    await reserve(packages[0]!, limited);
  });

  it('pays in the currencies that it may use', async () => {
    const foreign = await shop.terminal({ defaultCurrency: 'USD' });
    const pkg = await shop.stocked(1, { explicitPrices: { USD: '1500' } });
    const currencies = {
      defaultCurrency: 'USD' as const,
      allowedCurrencies: ['USD' as const],
      rateMarkupPercent: {},
    };
    await shop.app.run(new SetPartnerCurrencies(shop.app.context(), foreign.partnerId, currencies));
    expect((await foreign.call(3, { package: pkg.publicId, currency: 'AZN' })).code).toBe('0-7');
    expect(await reserve(pkg, foreign)).toMatchObject({ price: '15.00', currency: 'USD' });
  });

  it('is refused from other addresses than its own', async () => {
    const guarded = await shop.terminal();
    await guarded.update({ ipAllowlist: ['203.0.113.0/24'] });
    expect(await guarded.call(1)).toEqual({ code: '0-14', message: 'IP_NOT_ALLOWED' });
    await guarded.update({ ipAllowlist: ['127.0.0.1'] });
    expect(await guarded.call(1)).toMatchObject(SUCCESS);
  });

  it('is refused with a wrong password, after a change with the old one, and when blocked', async () => {
    const one = await shop.terminal();
    const settings = { login: 'paynet-1', password: 'wrong' };
    const denied = { code: '0-10', message: 'ACCESS_DENIED' };
    expect(await one.call(1, undefined, { settings })).toEqual(denied);
    expect(await one.call(1)).toMatchObject(SUCCESS);
    const change = new SetPartnerPassword(shop.app.context(), one.partnerId, `${PASSWORD}-2`);
    await shop.app.run(change);
    expect(await one.call(1)).toEqual(denied);

    const other = await shop.terminal();
    expect(await other.call(1)).toMatchObject(SUCCESS);
    await shop.app.run(new BlockPartner(shop.app.context(), other.partnerId, null));
    expect(await other.call(1)).toEqual({ code: '0-11', message: 'PARTNER_BLOCKED' });
  });
});

it('writes none of the passwords, key texts and addresses of all this into its log', () => {
  expect(shop.app.lines.length).toBeGreaterThan(50);
  expect(shop.app.lines.filter((line) => /c4n4ry/i.test(line))).toEqual([]);
  expect(shop.app.lines.filter((line) => line.includes('"level":"error"'))).toEqual([]);
});
