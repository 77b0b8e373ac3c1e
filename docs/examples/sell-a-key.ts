/**
 * Sets a shop up and sells a key, through the generated client alone. Every call throws unless it is a success.
 *
 *     npm start                                                 # shows the password of `admin`
 *     node dist/docs/examples/sell-a-key.js http://127.0.0.1:3000 PASSWORD
 */
import { client } from '../client/client.gen.js';
import {
  callTerminalService,
  createKeys,
  createPackage,
  createPartner,
  createProduct,
  createSupplier,
  getOrder,
  getPartnerBalances,
  listOrders,
  login,
  topUpPartnerBalance,
} from '../client/index.js';

const MARK = Date.now().toString(36);
const PARTNER = { login: `example-${MARK}`, password: 'a password of the partner' };
const ORDER = `ORDER-${MARK}`;

/** A package with keys in stock. @returns its id */
async function setUpShop(): Promise<number> {
  const supplier = await createSupplier({ body: { name: 'Digital Keys Supplier' } });
  const vendor_id = supplier.data.data.id;
  const product = await createProduct({ body: { name_en: 'Steam Wallet $20', vendor_id } });
  const product_id = product.data.data.id;
  const made = await createPackage({ body: { name_en: 'Steam $20 Global', product_id, price: 34 } });
  const package_id = made.data.data.id;
  const keys = [{ key_text: `${MARK}-KEY-1` }, { key_text: `${MARK}-KEY-2` }];
  const added = await createKeys({ body: { package_id, keys } });
  console.log(`${added.data.data.added} keys in stock`);
  return package_id;
}

/** A partner with money. @returns its id */
async function setUpPartner(): Promise<number> {
  const partner = await createPartner({ body: { name: 'PayNet', billing_mode: 'prepaid', ...PARTNER } });
  const { id } = partner.data.data;
  await topUpPartnerBalance({
    path: { id },
    body: { currency: 'AZN', amount: '100.00', reference: `INV-${MARK}` },
  });
  return id;
}

/** Buys as a payment terminal. Repeated with the same order, it answers the same and sells nothing more. */
async function buy(package_id: number): Promise<void> {
  const { data: answer } = await callTerminalService({
    query: {
      action: '6',
      settings: JSON.stringify({ ...PARTNER, lang: 'en' }),
      data: JSON.stringify({ package: String(package_id), order: ORDER }),
    },
  });
  if (answer.code !== '0') throw new Error(`the terminal was answered ${answer.code} ${answer.message}`);
  console.log('sold', answer.data);
}

/** The order that the sale made. Sales of terminals are seen by lists a moment later. @returns its id */
async function findOrder(partner_id: number): Promise<number> {
  for (let tries = 0; tries < 100; tries += 1) {
    const { data } = await listOrders({ query: { search: ORDER, partnerId: partner_id } });
    const [order] = data.data;
    if (order?.status === 'confirmed') return order.id;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the order is not to be found');
}

async function main([baseUrl = 'http://127.0.0.1:3000', password = '']: string[]): Promise<void> {
  client.setConfig({ baseUrl });
  const session = await login({ body: { login: 'admin', password } });
  client.setConfig({ auth: session.data.data.accessToken });

  const package_id = await setUpShop();
  const partner_id = await setUpPartner();
  await buy(package_id);

  const order = await getOrder({ path: { id: await findOrder(partner_id) } });
  const { status, price, currency } = order.data.data;
  console.log(`order ${ORDER} is ${status}: ${price} ${currency}`);
  const balances = await getPartnerBalances({ path: { id: partner_id } });
  console.log(`the partner has ${balances.data.data[0]?.available} ${currency} left`);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
