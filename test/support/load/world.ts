import { createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AdminClient } from './admin-client.js';
import type { Agreed } from './audit/audit-answers.js';
import type { Journal } from './journal.js';
import type { Credentials, TerminalClient } from './terminal-client.js';

export const ADMIN_PASSWORD = 'load-admin-password';

export interface LoadPartner extends Credentials {
  readonly id: number;
  /** What it may go down to in its own currency, minor units; null: no limit. */
  readonly floorMinor: bigint | null;
  /** Lives from hand to mouth: is topped up now and then while the load runs. */
  readonly isPoor: boolean;
}

interface PartnerSpec {
  readonly login: string;
  readonly currency: string;
  readonly terms: Readonly<Record<string, unknown>>;
  readonly floorMinor: bigint | null;
  readonly isPoor?: boolean;
}

/** Every kind of terms that decides whether a purchase goes through. */
const PARTNERS: readonly PartnerSpec[] = [
  { login: 'load-open', currency: 'AZN', terms: { billing_mode: 'postpaid' }, floorMinor: null },
  {
    login: 'load-limit',
    currency: 'AZN',
    terms: { billing_mode: 'postpaid', credit_limit: '150.00' },
    floorMinor: -15_000n,
    isPoor: true,
  },
  {
    login: 'load-prepaid',
    currency: 'AZN',
    terms: { billing_mode: 'prepaid' },
    floorMinor: 0n,
    isPoor: true,
  },
  {
    login: 'load-credit',
    currency: 'AZN',
    terms: { billing_mode: 'prepaid', credit_limit: '30.00' },
    floorMinor: -3_000n,
    isPoor: true,
  },
  { login: 'load-usd', currency: 'USD', terms: { billing_mode: 'postpaid' }, floorMinor: null },
  {
    login: 'load-agent',
    currency: 'AZN',
    terms: { billing_mode: 'postpaid', commission_percent: '3', markup_percent: '7.5' },
    floorMinor: null,
  },
  {
    login: 'load-late',
    currency: 'AZN',
    terms: { billing_mode: 'postpaid', reveal_on: 'confirm' },
    floorMinor: null,
  },
  {
    login: 'load-few',
    currency: 'AZN',
    terms: { billing_mode: 'postpaid', max_open_reservations: 3 },
    floorMinor: null,
  },
];

/** Prices in AZN, so chosen that the poor partners run out at different moments. */
const SCARCE_PRICES = [1.5, 3, 4.99, 7.25, 12, 25.5];
const AMPLE_PRICES = [2.2, 9.9];
const FIRST_SCARCE_KEYS = 20;
export const FIRST_AMPLE_KEYS = 1_000;
const INTAKE_TRIES = 20;
const INTAKE_PAUSE_MS = 300;

/** What the load runs on: partners, packages, and what was agreed about them. */
export interface World extends Agreed {
  readonly partners: readonly LoadPartner[];
  /** Public ids of packages with fewer keys than buyers. */
  readonly scarce: readonly string[];
  /** Public ids of packages with keys enough. */
  readonly ample: readonly string[];
  readonly supplies: Supplies;
}

/** Brings keys in. Serial numbers run on, and a key's text follows from its serial number and the run's seed. */
export class Supplies {
  private lastSerial = 0;

  constructor(
    private readonly admin: AdminClient,
    private readonly journal: Journal,
    private readonly seed: number,
  ) {}

  textOf(serial: string): string {
    const digest = createHmac('sha256', String(this.seed)).update(serial).digest('hex').toUpperCase();
    return `${digest.slice(0, 5)}-${digest.slice(5, 10)}-${digest.slice(10, 15)}-${digest.slice(15, 20)}`;
  }

  /** Takes in new keys of a package; when the answer is lost they are sent again, which must add none twice. */
  async takeIn(packageId: string, count: number): Promise<void> {
    const serials = Array.from({ length: count }, () => `S${++this.lastSerial}`);
    const keys = serials.map((serial) => ({ key_text: this.textOf(serial), serial_number: serial }));
    const body = { package_id: Number(packageId), keys };
    const send = async (): Promise<boolean> => {
      const acknowledged = await this.admin.post('/api/keys/bulk', body).then(
        () => true,
        () => false,
      );
      this.journal.intakes.push({ serials, endedAtMs: Date.now(), acknowledged });
      return acknowledged;
    };
    for (let attempt = 1; !(await send()) && attempt < INTAKE_TRIES; attempt += 1)
      await sleep(INTAKE_PAUSE_MS);
  }
}

/** Sets the shop up over REST v2: the way an operator would. */
export async function buildWorld(
  admin: AdminClient,
  terminal: TerminalClient,
  journal: Journal,
  { seed, ampleKeys = FIRST_AMPLE_KEYS }: { readonly seed: number; readonly ampleKeys?: number },
): Promise<World> {
  await admin.login('admin', ADMIN_PASSWORD);
  await admin.put('/api/rates', { USD: '1.7000' });
  const supplies = new Supplies(admin, journal, seed);
  const supplier = await admin.post<{ id: number }>('/api/suppliers', { name: 'Load supplier', status: 1 });
  const product = await admin.post<{ id: number }>('/api/products', {
    name_en: 'Load product',
    vendor_id: supplier.id,
    status: 1,
  });
  const createPackages = async (prices: readonly number[], keys: number): Promise<string[]> => {
    const ids: string[] = [];
    for (const price of prices) {
      const body = { name_en: `Load ${price}`, product_id: product.id, supplier_id: supplier.id };
      const made = await admin.post<{ id: number }>('/api/packages', {
        ...body,
        price,
        currency: 'AZN',
        status: 1,
      });
      ids.push(String(made.id));
      await supplies.takeIn(String(made.id), keys);
    }
    return ids;
  };
  const scarce = await createPackages(SCARCE_PRICES, FIRST_SCARCE_KEYS);
  const ample = await createPackages(AMPLE_PRICES, ampleKeys);
  const partners: LoadPartner[] = [];
  for (const spec of PARTNERS) partners.push(await createPartner(admin, spec));
  return {
    partners,
    scarce,
    ample,
    supplies,
    textOf: (serial) => supplies.textOf(serial),
    ...(await agreedTerms(terminal, partners, String(product.id))),
  };
}

async function createPartner(admin: AdminClient, spec: PartnerSpec): Promise<LoadPartner> {
  const { login, currency, terms, floorMinor, isPoor = false } = spec;
  const password = `${login}-password`;
  const created = await admin.post<{ id: number }>('/api/partners', {
    name: login,
    login,
    password,
    api_key: `${login}-api-key`,
    status: 1,
    default_currency: currency,
  });
  await admin.put(`/api/partners/${created.id}`, terms);
  return { id: created.id, login, password, currency, floorMinor, isPoor };
}

/** What action 2 shows each partner is what it must be charged. */
async function agreedTerms(
  terminal: TerminalClient,
  partners: readonly LoadPartner[],
  product: string,
): Promise<Pick<Agreed, 'priceOf' | 'currencyOf' | 'floorOf'>> {
  const prices = new Map<string, bigint>();
  const byLogin = new Map(partners.map((partner) => [partner.login, partner]));
  for (const partner of partners) {
    const answer = await terminal.look(partner, 2, { product });
    const shown = (answer?.data ?? []) as unknown as { packageId: string; packagePrice: string }[];
    if (shown.length === 0)
      throw new Error(`${partner.login} is shown no package: ${JSON.stringify(answer)}`);
    for (const { packageId, packagePrice } of shown) {
      prices.set(`${partner.login} ${packageId}`, BigInt(packagePrice.replace('.', '')));
    }
  }
  return {
    priceOf: (login, packageId) => prices.get(`${login} ${packageId}`) ?? -1n,
    currencyOf: (login) => byLogin.get(login)?.currency ?? '',
    floorOf: (login, currency) => {
      const partner = byLogin.get(login);
      if (!partner || partner.floorMinor === null) return null;
      return partner.currency === currency ? partner.floorMinor : 0n;
    },
  };
}
