import type { OrderDocument } from '../../projections/ordering/orders.projection.js';
import type { Role } from '../../src/platform/auth/account-source.js';
import { ReadModels } from '../../src/platform/projections/read-models.js';
import { Client } from '../apis/rest-v2/client.js';
import { startTestApp, type TestApp } from '../support/app.js';

export const ROLES = ['super_admin', 'admin', 'manager', 'auditor', 'partner'] as const satisfies Role[];

/** Of everybody. */
export const PASSWORD = 'correct horse battery staple';
const KEYS_PER_PACKAGE = 40;
const NOBODY = 'http://127.0.0.1:64999/';
const ORDERS_PER_PARTNER = 3;

/** What there is, by the part of the path that names its kind; `DELETE products` are those that may be. */
export type Pools = Readonly<Record<string, readonly (number | string)[]>>;

/** A partner, what belongs to it, and a client that is logged in as it. */
export interface PartnerWorld {
  readonly id: number;
  readonly orders: readonly number[];
  readonly webhook: number;
  readonly self: Client;
}

/** The product with something of everything in it, and somebody of every role. */
export interface ApiWorld {
  readonly app: TestApp;
  readonly callers: Readonly<Record<Role, Client>>;
  readonly anyone: Client;
  /** Somebody whose session nothing rests on. */
  readonly spare: Client;
  /** The partner that logs in and is the manager's client. */
  readonly own: PartnerWorld;
  /** Somebody else's. */
  readonly foreign: PartnerWorld;
  readonly pools: Pools;
}

async function catalogue(admin: Client) {
  const vendor = await admin.create('/suppliers', { name: 'Keys & Co' });
  const category = await admin.create('/categories', { name_en: 'Games' });
  const subcategory = await admin.create('/subcategories', {
    name_en: 'Wallets',
    category_id: category.id,
  });
  await admin.put('/rates', { USD: '1.7000', EUR: '1.8500' });
  const products: number[] = [];
  const packages: number[] = [];
  for (const name of ['A', 'B', 'C']) {
    const product = await admin.create('/products', {
      name_en: `Product ${name}`,
      vendor_id: vendor.id,
      subcategory_id: subcategory.id,
    });
    const pkg = await admin.create('/packages', {
      name_en: `Package ${name}`,
      product_id: product.id,
      price: 10,
    });
    const texts = Array.from({ length: KEYS_PER_PACKAGE }, (_, n) => ({ key_text: `KEY-${name}-${n}-XYZ` }));
    await admin.post('/keys/bulk', { package_id: pkg.id, keys: texts });
    products.push(product.id);
    packages.push(pkg.id);
  }
  const spareCategory = await admin.create('/categories', { name_en: 'Nothing in it' });
  const spareSubcategory = await admin.create('/subcategories', {
    name_en: 'Nothing in it',
    category_id: category.id,
  });
  const spareProduct = await admin.create('/products', { name_en: 'Nothing of it', vendor_id: vendor.id });
  const spareSupplier = await admin.create('/suppliers', { name: 'Nothing from it' });
  const listed = await admin.get('/keys?limit=100');
  return {
    suppliers: [vendor.id],
    'DELETE suppliers': [spareSupplier.id],
    'DELETE products': [spareProduct.id],
    categories: [category.id],
    'PUT categories': [spareCategory.id],
    'DELETE categories': [spareCategory.id],
    subcategories: [subcategory.id],
    'DELETE subcategories': [spareSubcategory.id],
    products,
    packages,
    keys: listed.body.data.map(({ id }: { id: number }) => id),
  };
}

/** Buys a few keys as a terminal. @returns the numbers of the orders */
async function sell(app: TestApp, login: string, pkg: number): Promise<number[]> {
  const terminal = new Client(app);
  const settings = JSON.stringify({ login, password: PASSWORD });
  for (let n = 1; n <= ORDERS_PER_PARTNER; n += 1) {
    const email = `${login}@example.com`;
    const data = JSON.stringify({ package: String(pkg), order: `${login}-${n}`, email });
    const query = new URLSearchParams({ action: '6', settings, data });
    const { body } = await terminal.get(`/v1/partners/service?${query}`);
    if (body.code !== '0') throw new Error(`the sale answered ${body.code}`);
  }
  await app.settle();
  const orders = await app.app.get(ReadModels).find<OrderDocument>('orders', { filter: {} });
  return orders.filter(({ reference }) => reference.startsWith(`${login}-`)).map(({ id }) => id);
}

/** Ids of the messages that could not be brought. */
async function deliveriesOf(admin: Client, { id, webhook }: PartnerWorld): Promise<string[]> {
  for (;;) {
    const { body } = await admin.get(`/partners/${id}/webhooks/${webhook}/deliveries`);
    const ids = body.data.map((delivery: { id: string }) => delivery.id);
    if (ids.length > 0) return ids;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export async function startApiWorld(): Promise<ApiWorld> {
  // Webhooks lead nowhere: to a port of this machine where nobody listens.
  const settings = { KEYFORGE_ADMIN_PASSWORD: PASSWORD, WEBHOOK_ALLOW_PRIVATE: '127.0.0.1/32' };
  const app = await startTestApp({ settings });
  const anyone = new Client(app);
  const admin = await anyone.login('admin', PASSWORD);
  const pools = await catalogue(admin);
  const staff: Record<string, number> = {};
  for (const role of ['admin', 'manager', 'auditor'] as const) {
    const body = { login: `the-${role}`, name: role, role, password: PASSWORD };
    staff[role] = (await admin.create('/staff', body)).id;
  }
  const spareStaff = { login: 'spare', name: 'Spare', role: 'manager', password: PASSWORD };
  const partnerWith = async (login: string, manager_id: number | null): Promise<PartnerWorld> => {
    const { id } = await admin.create('/partners', { name: login, login, password: PASSWORD, manager_id });
    await admin.post(`/partners/${id}/balances/topup`, {
      currency: 'AZN',
      amount: '1000.00',
      reference: `first of ${login}`,
    });
    const self = await anyone.login(login, PASSWORD);
    const endpoint = { url: NOBODY, event_types: ['order.confirmed'], description: login };
    const webhook: number = (await admin.create(`/partners/${id}/webhooks`, endpoint)).id;
    return { id, orders: await sell(app, login, pools.packages[0]!), webhook, self };
  };
  const spareId = (await admin.create('/staff', spareStaff)).id;
  const own = await partnerWith('own', staff.manager!);
  const foreign = await partnerWith('foreign', null);
  const victim = await partnerWith('victim', null);
  const gone = await partnerWith('gone', null);
  return {
    app,
    anyone,
    spare: await anyone.login('spare', PASSWORD),
    own,
    foreign,
    callers: {
      super_admin: admin,
      admin: await anyone.login('the-admin', PASSWORD),
      manager: await anyone.login('the-manager', PASSWORD),
      auditor: await anyone.login('the-auditor', PASSWORD),
      partner: own.self,
    },
    pools: {
      ...pools,
      // Not those who call: what happens to them must not end the run.
      partners: [victim.id],
      'DELETE partners': [gone.id],
      staff: [spareId],
      orders: victim.orders,
      webhooks: [victim.webhook],
      'DELETE webhooks': [gone.webhook],
      deliveries: await deliveriesOf(admin, victim),
      streams: (await admin.get('/audit/events')).body.data.events.map(
        ({ stream }: { stream: string }) => stream,
      ),
    },
  };
}
