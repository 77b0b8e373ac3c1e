import { startTestApp, type TestApp } from '../../support/app.js';
import { Client } from './client.js';

const ADMIN_PASSWORD = 'correct horse battery staple';
export const PARTNER_PASSWORD = 'partner-password';

/** The product with an admin, and a partner who buys as a terminal does. */
export class KeysShop {
  private names = 0;

  private constructor(
    readonly app: TestApp,
    readonly anyone: Client,
    public admin: Client,
    readonly partnerId: number,
  ) {}

  static async open(): Promise<KeysShop> {
    const app = await startTestApp({ settings: { KEYFORGE_ADMIN_PASSWORD: ADMIN_PASSWORD } });
    const anyone = new Client(app);
    const admin = await anyone.login('admin', ADMIN_PASSWORD);
    const body = { name: 'P', login: 'terminal', password: PARTNER_PASSWORD };
    const { id } = await admin.create('/partners', body);
    return new KeysShop(app, anyone, admin, id);
  }

  unique(prefix = 'n'): string {
    this.names += 1;
    return `${prefix}${String(this.names).padStart(6, '0')}`;
  }

  /** A package of a product of its own. */
  async package(fields: object = {}, productFields: object = {}) {
    const vendor = await this.admin.create('/suppliers', { name: this.unique() });
    const made = { name_en: this.unique(), vendor_id: vendor.id, ...productFields };
    const product = await this.admin.create('/products', made);
    const body = { name_en: this.unique(), product_id: product.id, price: 34, ...fields };
    const pkg = await this.admin.create('/packages', body);
    return { vendor, product, pkg, id: pkg.id as number };
  }

  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into by the tests themselves.
  key(packageId: number, fields: object = {}): Promise<any> {
    const text = this.unique('KEYS-TEXT-');
    return this.admin.create('/keys', { package_id: packageId, key_text: text, ...fields });
  }

  /** An action of the terminal API, which must succeed. */
  async terminal(action: number, data: object) {
    const settings = JSON.stringify({ login: 'terminal', password: PARTNER_PASSWORD });
    const query = new URLSearchParams({ action: String(action), settings, data: JSON.stringify(data) });
    const answer = await this.app.adapter.inject({ url: `/public/json/web.service.2024.php?${query}` });
    const { code, data: given } = answer.json();
    if (code !== '0') throw new Error(`action ${action} answered ${code}`);
    await this.app.settle();
    return given;
  }

  reserve(packageId: number) {
    return this.terminal(3, { package: String(packageId) });
  }
  buy(packageId: number) {
    return this.terminal(6, { package: String(packageId), order: this.unique('O') });
  }

  /** Moves the clock, waits for what that sets off, and logs in anew: tokens live 15 minutes. */
  async wait(ms: number): Promise<void> {
    this.app.clock.advance(ms);
    await this.app.runtime.processes.runDue();
    this.app.runtime.packageStatus.sweep();
    await this.app.runtime.packageStatus.settled();
    await this.app.settle();
    this.admin = await this.anyone.login('admin', ADMIN_PASSWORD);
  }
}
