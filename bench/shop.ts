import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { AdminClient } from '../test/support/load/admin-client.js';
import { HttpClient } from '../test/support/load/http-client.js';
import { freePort, ServerProcess, TERMINAL_PATH } from '../test/support/load/server-process.js';

import { temporaryFolder } from '../test/support/load/temporary-folder.js';
import type { CommandTarget } from './in-process.js';

export const ADMIN_PASSWORD = 'bench-admin-password';
const KEYS_PER_CALL = 10_000;

const PARTNER = { login: 'bench', password: 'bench-password' };

/** Path and query that every terminal request of the benchmark begins with; action and data follow. */
export const REQUEST_BASE = `${TERMINAL_PATH}?settings=${encodeURIComponent(
  JSON.stringify({ ...PARTNER, lang: 'en' }),
)}`;

/** The whole product in a process of its own, with one partner and one package. */
export class Shop {
  private readonly directory = temporaryFolder('keyforge-bench');
  private admin!: AdminClient;
  private http!: HttpClient;
  private port = 0;
  private keys = 0;
  private partnerId = 0;
  server!: ServerProcess;
  packageId = '';

  private constructor(private readonly settings: Readonly<Record<string, string>>) {}

  /** @param settings over those of one process on embedded engines */
  static async open(settings: Readonly<Record<string, string>> = {}): Promise<Shop> {
    const shop = new Shop(settings);
    try {
      mkdirSync(shop.dataDir, { mode: 0o700 });
      shop.port = await freePort();
      await shop.start();
      shop.http = new HttpClient(shop.port);
      shop.admin = new AdminClient(shop.http);
      await shop.setUp();
      return shop;
    } catch (error) {
      await shop.close();
      throw error;
    }
  }

  get dataDir(): string {
    return join(this.directory.path, 'data');
  }

  async restart(): Promise<void> {
    await this.server.stop();
    await this.start();
  }

  /** Stops the server and says where its data is, and whose, for commands in this process. */
  async stopServer(): Promise<CommandTarget> {
    await this.server.stop();
    const { dataDir, partnerId, packageId } = this;
    return { dataDir, partnerId, packageId: Number(packageId) };
  }

  /** Takes in keys that never came before. */
  async takeIn(count: number): Promise<void> {
    for (let left = count; left > 0; left -= KEYS_PER_CALL) {
      const keys = Array.from({ length: Math.min(left, KEYS_PER_CALL) }, () => ({
        key_text: `BENCH-${String(++this.keys).padStart(10, '0')}`,
      }));
      await this.admin.post('/api/keys/bulk', { package_id: Number(this.packageId), keys });
    }
  }

  /** The same while nobody folds the read models: each call is made, and answered when it has waited for them in vain. */
  async takeInUnseen(count: number): Promise<void> {
    for (let left = count; left > 0; left -= KEYS_PER_CALL) {
      await this.takeIn(Math.min(left, KEYS_PER_CALL)).catch((error: unknown) => {
        if (!String(error).includes('cannot be read yet')) throw error;
      });
    }
  }

  /** Keys of the package that are free, as the read models have it. */
  async stock(): Promise<number> {
    const found = await this.admin.get<{ available_keys: number }>(`/api/packages/${this.packageId}`);
    return found.available_keys;
  }

  /** One purchase, milliseconds. @throws unless it is sold. */
  async buy(order: string): Promise<number> {
    const data = encodeURIComponent(JSON.stringify({ package: this.packageId, order }));
    const startedAt = performance.now();
    const reply = await this.http.send({ path: `${REQUEST_BASE}&action=6&data=${data}` });
    const took = performance.now() - startedAt;
    if (!reply.body.startsWith('{"code":"0"')) throw new Error(`a purchase was answered ${reply.body}`);
    return took;
  }

  async close(): Promise<void> {
    await this.server?.stop();
    this.http?.close();
    this.directory.remove();
  }

  private async start(): Promise<void> {
    this.server = await ServerProcess.start({
      dataDir: this.dataDir,
      port: this.port,
      logFile: join(this.directory.path, 'server.log'),
      settings: { KEYFORGE_ADMIN_PASSWORD: ADMIN_PASSWORD, ...this.settings },
    });
  }

  private async setUp(): Promise<void> {
    const { admin } = this;
    await admin.login('admin', ADMIN_PASSWORD);
    const supplier = await admin.post<{ id: number }>('/api/suppliers', {
      name: 'Bench supplier',
      status: 1,
    });
    const product = await admin.post<{ id: number }>('/api/products', {
      name_en: 'Bench product',
      vendor_id: supplier.id,
      status: 1,
    });
    const made = await admin.post<{ id: number }>('/api/packages', {
      name_en: 'Bench package',
      product_id: product.id,
      supplier_id: supplier.id,
      price: 25.5,
      currency: 'AZN',
      status: 1,
    });
    this.packageId = String(made.id);
    const partner = await admin.post<{ id: number }>('/api/partners', {
      name: 'Bench partner',
      ...PARTNER,
      api_key: 'bench-api-key',
      status: 1,
      default_currency: 'AZN',
    });
    this.partnerId = partner.id;
  }
}
