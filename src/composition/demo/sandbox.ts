import { randomInt } from 'node:crypto';
import { CreatePackage, CreateProduct, CreateSupplier, Package } from '../../contexts/catalog/index.js';
import { AddKeys } from '../../contexts/inventory/index.js';
import {
  AccountCredentials,
  RegisterPartner,
  SetPartnerAccess,
  SetPartnerPassword,
} from '../../contexts/partners/index.js';
import { isRejection } from '../../platform/kernel/rejection.js';
import { type DemoDesk, demoId } from './demo-desk.js';

export const SANDBOX_PARTNER = { login: 'demo', name: 'Sandbox' } as const;
const SUPPLIER_ID = demoId('supplier', 0);
const PRODUCT_ID = demoId('product', 0);
const PACKAGE_ID = demoId('package', 0);

/** Keys that a start leaves in the sandbox, and how few make it add that many. */
const STOCK = 1000;
const LOW_STOCK = STOCK / 2;
const ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';

/** What it takes to buy a demo key. */
export interface SandboxOffer {
  readonly login: string;
  readonly password: string;
  /** The number that terminals name. */
  readonly packageId: number;
}

const group = (): string => Array.from({ length: 5 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');

/** A new key text, worth nothing. */
const demoKey = (): string => `DEMO-${group()}-${group()}-${group()}`;

/** One partner that may buy one package of worthless keys, for trying the product out right after its first start. */
export class Sandbox {
  constructor(private readonly desk: DemoDesk) {}

  /** Makes the partner and what it may buy. Again, also after a crash on the way, it makes what is missing. */
  async create(): Promise<void> {
    const { desk } = this;
    await desk.run(new CreateSupplier(desk.context(), { name: 'Sandbox Supplier' }, SUPPLIER_ID));
    const names = { en: 'Demo Game Card', ru: 'Демо-карта для игр', az: 'Demo oyun kartı' };
    await desk.run(new CreateProduct(desk.context(), { names, supplierId: SUPPLIER_ID }, PRODUCT_ID));
    await desk.run(
      new CreatePackage(
        desk.context(),
        {
          names: { en: 'Demo Game Card 25', ru: 'Демо-карта для игр 25', az: 'Demo oyun kartı 25' },
          productId: PRODUCT_ID,
          basePrice: { amount: '2550', currency: 'AZN' },
          explicitPrices: { USD: '1500' },
        },
        PACKAGE_ID,
      ),
    );
    const registration = { ...SANDBOX_PARTNER, password: desk.password };
    const { partnerId } = await desk.run(
      new RegisterPartner(desk.context('sandbox-partner'), {
        ...registration,
        billingMode: 'postpaid',
        creditLimit: null,
      }),
    );
    // It buys without paying, and its password is on the screen: it must not reach any real stock.
    const access = { allProducts: false, productIds: [PRODUCT_ID], packageIds: null };
    await desk.run(new SetPartnerAccess(desk.context(), partnerId, access));
  }

  /**
   * The sandbox as it can be used now; null if it was never made or was taken away. Adds keys when few are left, and
   * sets the password anew when it was changed or the master key is another one by now.
   */
  async open(): Promise<SandboxOffer | null> {
    const found = await this.find();
    if (!found) return null;
    const { login } = SANDBOX_PARTNER;
    const { password } = this.desk;
    const checked = await this.desk.app
      .get(AccountCredentials)
      .check({ login, password, address: 'sandbox' });
    if (isRejection(checked)) {
      await this.desk.run(new SetPartnerPassword(this.desk.context(), found.partnerId, password));
    }
    if (this.desk.stock.available(PACKAGE_ID) < LOW_STOCK) await this.refill();
    return { login, password, packageId: found.packageId };
  }

  /** Whether somebody could buy in it. */
  async isOpen(): Promise<boolean> {
    return (await this.find()) !== null;
  }

  private async find(): Promise<{ partnerId: string; packageId: number } | null> {
    const pkg = await this.desk.load(Package, PACKAGE_ID);
    if (!pkg.exists || pkg.deleted) return null;
    const partner = await this.desk.findPartner(SANDBOX_PARTNER.login, SANDBOX_PARTNER.name);
    if (partner?.state.status !== 'active') return null;
    return { partnerId: partner.id, packageId: pkg.publicId };
  }

  private async refill(): Promise<void> {
    const keys = Array.from({ length: STOCK }, () => ({ text: demoKey() }));
    await this.desk.run(new AddKeys(this.desk.context(), { packageId: PACKAGE_ID, keys }));
  }
}
