import {
  type CatalogEntry,
  CreatePackage,
  CreateProduct,
  CreateSupplier,
} from '../../../src/contexts/catalog/index.js';
import { AddKeys } from '../../../src/contexts/inventory/index.js';
import {
  type PartnerToRegister,
  type PartnerUpdate,
  RegisterPartner,
  UpdatePartner,
} from '../../../src/contexts/partners/index.js';
import type { Currency } from '../../../src/platform/kernel/money.js';
import { type AppOptions, startTestApp, type TestApp } from '../../support/app.js';
import { type ParameterValue, queryString } from './transcript.js';

export const PASSWORD = 'c4n4ry-pa55word';

export interface Answer {
  readonly code: string;
  readonly message: string;
  readonly data?: never;
}

/** A terminal of one partner. */
export interface Terminal {
  readonly partnerId: string;
  /** Calls an action with `data`, and with more or other parameters. */
  call(action: number, data?: ParameterValue, more?: Record<string, ParameterValue>): Promise<Answer>;
  update(changes: PartnerUpdate): Promise<void>;
}

/** The running product with a catalogue and keys, as an operator sets them up. */
export class Shop {
  private keys = 0;
  private partners = 0;

  private constructor(
    readonly app: TestApp,
    private readonly supplierId: string,
  ) {}

  static async open(options?: AppOptions): Promise<Shop> {
    const app = await startTestApp(options);
    const supplier = await app.run(new CreateSupplier(app.context(), { name: 'Digital Keys Supplier' }));
    return new Shop(app, supplier.id);
  }

  product(fields: Partial<ConstructorParameters<typeof CreateProduct>[1]> = {}): Promise<CatalogEntry> {
    const given = { names: { en: 'Xbox Game Pass' }, supplierId: this.supplierId, ...fields };
    return this.app.run(new CreateProduct(this.app.context(), given));
  }

  /** A package at 25.50 AZN. */
  package(
    productId: string,
    fields: Partial<ConstructorParameters<typeof CreatePackage>[1]> = {},
  ): Promise<CatalogEntry> {
    const basePrice = { amount: '2550', currency: 'AZN' as Currency };
    const given = { productId, names: { en: 'Xbox Game Pass 1 Month' }, basePrice, ...fields };
    return this.app.run(new CreatePackage(this.app.context(), given));
  }

  /** Puts keys into stock; their texts begin with `C4N4RY`. */
  async stock({ id }: CatalogEntry, count: number): Promise<string[]> {
    const texts = Array.from({ length: count }, () => {
      this.keys += 1;
      return `C4N4RY-${String(this.keys).padStart(5, '0')}-WWWW`;
    });
    const keys = texts.map((text) => ({ text, serial: `SN-${text.slice(7, 12)}` }));
    await this.app.run(new AddKeys(this.app.context(), { packageId: id, keys }));
    return texts;
  }

  /** A package with keys of a product of its own. */
  async stocked(
    count: number,
    fields?: Parameters<Shop['package']>[1],
  ): Promise<CatalogEntry & { texts: string[] }> {
    const pkg = await this.package((await this.product()).id, fields);
    return { ...pkg, texts: await this.stock(pkg, count) };
  }

  async terminal(fields: Partial<PartnerToRegister> = {}): Promise<Terminal> {
    this.partners += 1;
    const login = `paynet-${this.partners}`;
    const partner = { name: 'PayNet Azerbaijan', login, password: PASSWORD, ...fields };
    const { partnerId } = await this.app.run(new RegisterPartner(this.app.context(), partner));
    const settings = { login, password: partner.password };
    return {
      partnerId,
      call: async (action, data, more = {}) => {
        const query = { action: String(action), settings, ...(data === undefined ? {} : { data }), ...more };
        const url = `/public/json/web.service.2024.php?${queryString(query)}`;
        const answer = await this.app.adapter.inject({ url });
        if (answer.statusCode !== 200) throw new Error(`status ${answer.statusCode}`);
        return answer.json();
      },
      update: async (changes) => {
        await this.app.run(new UpdatePartner(this.app.context(), partnerId, changes));
      },
    };
  }
}
