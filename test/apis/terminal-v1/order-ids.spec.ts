import { Order, orderId } from '../../../src/contexts/ordering/index.js';
import { Executor } from '../../../src/platform/execution/transaction.js';
import { Sequence } from '../../../src/platform/numbers/public-ids.js';
import { Shop } from './shop.js';

let shop: Shop;

beforeEach(async () => {
  shop = await Shop.open();
});
afterEach(() => shop.app.close());

/** Sells under a reference, and says in which form the order's id is. */
async function formOf(reference: string): Promise<string[]> {
  const pkg = await shop.package((await shop.product()).id);
  await shop.stock(pkg, 2);
  const terminal = await shop.terminal();
  const buy = () => terminal.call(6, { package: String(pkg.publicId), order: reference });
  const first = await buy();
  expect(first).toMatchObject({ code: '0' });
  expect(await buy()).toEqual(first);
  const executor = shop.app.app.get(Executor);
  const forms = ['scattered', 'grouped'] as const;
  return executor.run(shop.app.context(), (tx) =>
    forms.filter(
      (form) => tx.load(Order, orderId(terminal.partnerId, 'sale', reference, form)).status !== 'none',
    ),
  );
}

it('ids of orders are grouped in a log that had none', async () => {
  expect(await formOf('A-1')).toEqual(['grouped']);
});

it('and scattered in one that began with such ids: an order that is sent again is found', async () => {
  await shop.app.app.get(Executor).run(shop.app.context(), (tx) => {
    tx.append(Sequence, 'order', [{ type: 'NumbersTaken', data: { first: 1000, count: 2000 } }]);
  });
  expect(await formOf('A-1')).toEqual(['scattered']);
});
