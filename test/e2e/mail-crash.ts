import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AdminClient } from '../support/load/admin-client.js';
import { HttpClient } from '../support/load/http-client.js';
import { newSeed, numberOptions } from '../support/load/proof.js';
import { Random } from '../support/load/random.js';
import {
  freePort,
  type ServerOptions,
  ServerProcess,
  TERMINAL_PATH,
} from '../support/load/server-process.js';
import { temporaryFolder } from '../support/load/temporary-folder.js';
import { ADMIN_PASSWORD } from '../support/load/world.js';
import { ResendStandIn } from '../support/mail/resend-stand-in.js';
import { SmtpProcess } from '../support/mail/smtp-process.js';

const SALES_PER_CYCLE = 20;
/** A life ends after so many sales and messages, at most, and a moment: not after a time that a busy machine needs to begin. */
const MOST_AWAITED = 12;
const LONGEST_MOMENT_MS = 30;
const LIFE_TIMEOUT_MS = 60_000;
const PASSWORD = 'mail-crash-password';
/** An attempt that met a fault is made again half a minute later. */
const DELIVERED_WITHIN_MS = 120_000;

/** Where mail goes: what it took, by address and by what makes a repetition one. */
interface Provider {
  readonly name: string;
  readonly settings: Readonly<Record<string, string>>;
  taken(): readonly { readonly to: string; readonly id: string }[];
  /** Whether a repetition can be known, so that none may be taken. */
  readonly sendsOnce: boolean;
  problems(): readonly string[];
  close(): Promise<void>;
}

async function smtpProvider(): Promise<Provider> {
  const smtp = await SmtpProcess.start(['take']);
  return {
    name: 'smtp',
    settings: { SMTP_URL: smtp.url },
    taken: () => smtp.taken.map(({ to, messageId: id }) => ({ to, id })),
    sendsOnce: false,
    problems: () => [],
    close: () => smtp.stop(),
  };
}

async function resendProvider(random: Random): Promise<Provider> {
  const resend = new ResendStandIn(random);
  const url = await resend.listen();
  return {
    name: 'resend',
    settings: { RESEND_URL: url, RESEND_API_KEY: 're_of_nobody' },
    taken: () => resend.accepted.map(({ to, key: id }) => ({ to, id })),
    sendsOnce: true,
    problems: () => resend.problems,
    close: async () => resend.close(),
  };
}

/**
 * The real server killed at random moments while it sends keys. At the end every order that was acknowledged was mailed
 * at least once, always under the same id, and by a provider that knows ids exactly once.
 */
async function run(provider: Provider, cycles: number, random: Random): Promise<string[]> {
  const folder = temporaryFolder(`keyforge-mail-${provider.name}`);
  const dataDir = join(folder.path, 'data');
  mkdirSync(dataDir, { mode: 0o700 });
  const settings = { KEYFORGE_ADMIN_PASSWORD: ADMIN_PASSWORD, MAIL_FROM: 'keys@shop.example' };
  const options: ServerOptions = {
    dataDir,
    port: await freePort(),
    logFile: join(folder.path, 'server.log'),
    settings: { ...settings, ...provider.settings },
  };
  let server = await ServerProcess.start(options);
  try {
    const pkg = await stock(new HttpClient(options.port), cycles * SALES_PER_CYCLE);
    const sold = new Set<string>();
    for (let cycle = 1; cycle <= cycles; cycle += 1) {
      const [soldBefore, takenBefore] = [sold.size, provider.taken().length];
      const [sales, mails] = [random.between(1, MOST_AWAITED), random.between(0, MOST_AWAITED)];
      const selling = sell(options.port, pkg, cycle, sold);
      const isOver = () => sold.size - soldBefore >= sales && provider.taken().length - takenBefore >= mails;
      for (const endMs = Date.now() + LIFE_TIMEOUT_MS; !isOver() && Date.now() < endMs; ) await sleep(1);
      if (!isOver()) return [`life ${cycle} sold ${sold.size - soldBefore}, which is too few`];
      await sleep(random.between(0, LONGEST_MOMENT_MS));
      await server.kill();
      await selling;
      server = await ServerProcess.start(options);
    }
    await settled(new HttpClient(options.port), provider, sold);
    return judge(provider, sold);
  } finally {
    await server.kill();
    await provider.close();
    folder.remove();
  }
}

/** Waits until nothing is left to be sent, and so every attempt that met a fault was made again. */
async function settled(http: HttpClient, provider: Provider, sold: ReadonlySet<string>): Promise<void> {
  const admin = new AdminClient(http);
  await admin.login('admin', ADMIN_PASSWORD);
  for (const endMs = Date.now() + DELIVERED_WITHIN_MS; Date.now() < endMs; await sleep(250)) {
    const told = new Set(provider.taken().map(({ to }) => to));
    if ([...sold].some((address) => !told.has(address))) continue;
    const pending = await admin.get<readonly unknown[]>('/api/deliveries?status=pending&limit=1');
    if (pending.length === 0) break;
  }
  http.close();
}

function judge(provider: Provider, sold: ReadonlySet<string>): string[] {
  const ids = new Map<string, string[]>();
  for (const { to, id } of provider.taken()) ids.set(to, [...(ids.get(to) ?? []), id]);
  const count = (is: (ids: string[]) => boolean) => [...ids.values()].filter(is).length;
  const twice = count((of) => of.length > 1);
  const renamed = count((of) => new Set(of).size > 1);
  const lost = [...sold].filter((address) => !ids.has(address)).length;
  const taken = provider.taken().length;
  const problems = [...provider.problems()];
  if (lost > 0) problems.push(`${lost} lost`);
  if (renamed > 0) problems.push(`${renamed} with more than one id`);
  if (provider.sendsOnce && twice > 0) problems.push(`${twice} sent twice`);
  console.log(`${provider.name}: ${sold.size} orders acknowledged, ${taken} messages taken, ${twice} twice`);
  return problems;
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
  http.close();
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

/** Both providers at once: most of the time goes by while servers start and attempts wait. */
async function main(): Promise<void> {
  const { cycles, seed } = numberOptions({ cycles: 30, seed: newSeed() });
  console.log(`mail crash: ${cycles} kills for each provider, --seed ${seed}`);
  const providers = [await smtpProvider(), await resendProvider(new Random(seed + 2))];
  const found = await Promise.all(providers.map((one, place) => run(one, cycles, new Random(seed + place))));
  for (const [place, problems] of found.entries()) {
    for (const problem of problems) console.log(`FAILED  ${providers[place]!.name}: ${problem}`);
  }
  process.exitCode = found.flat().length === 0 ? 0 : 1;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
