import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AdminClient } from '../support/load/admin-client.js';
import { HttpClient } from '../support/load/http-client.js';
import { newSeed, numberOptions } from '../support/load/proof.js';
import { Random } from '../support/load/random.js';
import { freePort, ServerProcess, TERMINAL_PATH } from '../support/load/server-process.js';
import { temporaryFolder } from '../support/load/temporary-folder.js';
import { ADMIN_PASSWORD } from '../support/load/world.js';
import { SmtpProcess } from '../support/mail/smtp-process.js';

const SALES_PER_CYCLE = 20;
const SHORTEST_LIFE_MS = 50;
const LONGEST_LIFE_MS = 900;
const PASSWORD = 'mail-crash-password';
const DELIVERED_WITHIN_MS = 60_000;

/**
 * The real server killed at random moments while it sends keys to a real SMTP server. At the end every order that was
 * acknowledged was mailed at least once, always under the same Message-ID, and nothing that was not sold was mailed.
 */
async function main(): Promise<void> {
  const { cycles, seed } = numberOptions({ cycles: 10, seed: newSeed() });
  console.log(`mail crash: ${cycles} kills, --seed ${seed}`);
  const random = new Random(seed);
  const folder = temporaryFolder('keyforge-mail');
  const smtp = await SmtpProcess.start(['take']);
  const dataDir = join(folder.path, 'data');
  mkdirSync(dataDir, { mode: 0o700 });
  const options = {
    dataDir,
    port: await freePort(),
    logFile: join(folder.path, 'server.log'),
    settings: { KEYFORGE_ADMIN_PASSWORD: ADMIN_PASSWORD, SMTP_URL: smtp.url, MAIL_FROM: 'keys@shop.example' },
  };
  let server = await ServerProcess.start(options);
  const http = new HttpClient(options.port);
  try {
    const pkg = await stock(http, cycles * SALES_PER_CYCLE);
    const sold = new Set<string>();
    for (let cycle = 0; cycle < cycles; cycle += 1) {
      const selling = sell(options.port, pkg, cycle, sold);
      await sleep(random.between(SHORTEST_LIFE_MS, LONGEST_LIFE_MS));
      await server.kill();
      await selling;
      server = await ServerProcess.start(options);
    }
    const idsOf = (address: string) =>
      smtp.taken.filter(({ to }) => to === address).map((one) => one.messageId);
    const missing = () => [...sold].filter((address) => idsOf(address).length === 0);
    for (const endMs = Date.now() + DELIVERED_WITHIN_MS; Date.now() < endMs && missing().length > 0; ) {
      await sleep(100);
    }
    const twice = [...sold].filter((address) => idsOf(address).length > 1);
    const renamed = [...sold].filter((address) => new Set(idsOf(address)).size > 1);
    console.log(
      `${sold.size} orders acknowledged, ${smtp.taken.length} messages, ${twice.length} orders mailed again`,
    );
    console.log(`${missing().length} lost, ${renamed.length} with more than one Message-ID`);
    if (sold.size === 0 || missing().length > 0 || renamed.length > 0) process.exitCode = 1;
  } finally {
    await server.kill();
    await smtp.stop();
    folder.remove();
  }
}

interface Made {
  readonly id: number;
}

/** A package with keys, and a partner to buy them. @returns the package's number */
async function stock(http: HttpClient, keys: number): Promise<number> {
  const admin = new AdminClient(http);
  await admin.login('admin', ADMIN_PASSWORD);
  const supplier = await admin.post<Made>('/api/suppliers', { name: 'Supplier' });
  const product = await admin.post<Made>('/api/products', { name_en: 'Game', vendor_id: supplier.id });
  const pkg = await admin.post<Made>('/api/packages', { name_en: 'Key', product_id: product.id, price: 1 });
  const texts = Array.from({ length: keys }, (_, n) => ({ key_text: `MAIL-CRASH-${n}` }));
  await admin.post('/api/keys/bulk', { package_id: pkg.id, keys: texts });
  await admin.post('/api/partners', { name: 'Kiosk', login: 'kiosk', password: PASSWORD });
  return pkg.id;
}

/** Sells with an address of its own each, and notes those whose sale was acknowledged. */
async function sell(port: number, pkg: number, cycle: number, sold: Set<string>): Promise<void> {
  for (let n = 0; n < SALES_PER_CYCLE; n += 1) {
    const email = `c${cycle}-${n}@example.com`;
    const settings = JSON.stringify({ login: 'kiosk', password: PASSWORD });
    const data = JSON.stringify({ package: String(pkg), order: `MC-${cycle}-${n}`, email });
    const query = new URLSearchParams({ action: '6', settings, data });
    try {
      const answer = await fetch(`http://127.0.0.1:${port}${TERMINAL_PATH}?${query}`);
      if (((await answer.json()) as { code: string }).code === '0') sold.add(email);
    } catch {
      return;
    }
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
