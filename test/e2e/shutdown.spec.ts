import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStoredLog } from '../support/stored-log.js';

const ROOT = join(__dirname, '../..');
const CLIENTS = 16;
const LOAD_MS = 400;
const START_MS = 20_000;
const STOP_MS = 10_000;

const folder = mkdtempSync(join(tmpdir(), 'kf-shutdown-'));
const dataDir = join(folder, 'data');
let child: ChildProcess;
let printed = '';

beforeAll(async () => {
  child = spawn(
    process.execPath,
    ['-r', join(ROOT, 'test/support/register.cjs'), join(ROOT, 'src/main.ts')],
    {
      cwd: folder,
      env: { PATH: process.env.PATH, DATA_DIR: dataDir, PORT: '0', LOG_LEVEL: 'warn', DRAIN_SECONDS: '1' },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  child.stdout!.on('data', (text) => {
    printed += text;
  });
  const deadline = Date.now() + START_MS;
  while (!printed.includes('curl ')) {
    if (Date.now() > deadline || child.exitCode !== null) throw new Error('the server did not start');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}, START_MS + 5_000);

afterAll(() => {
  child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

interface Load {
  /** Orders that were answered with a key. */
  readonly sold: Set<string>;
  answers: number;
  /** Requests that met a connection that was being closed, or none. */
  unanswered: number;
}

/** Buys one key after another on a kept connection until the server is gone. */
async function buyUntilGone(url: URL, settings: string, name: string, load: Load): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  for (let count = 0; ; count += 1) {
    const order = `${name}-${count}`;
    const query = new URLSearchParams({
      action: '6',
      settings,
      data: JSON.stringify({ package: '1', order }),
    });
    try {
      const { code } = await answerOf(`${url}?${query}`, agent);
      load.answers += 1;
      if (code === '0') load.sold.add(order);
    } catch (error) {
      load.unanswered += 1;
      if ((error as NodeJS.ErrnoException).code === 'ECONNREFUSED') break;
    }
  }
  agent.destroy();
}

const answerOf = (url: string, agent?: Agent): Promise<{ code: string; status: number }> =>
  new Promise((resolve, reject) => {
    get(url, { agent }, (response) => {
      let body = '';
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.on('end', () => resolve({ ...JSON.parse(body), status: response.statusCode }));
      response.on('error', reject);
    }).on('error', reject);
  });

/** Orders that were sold, from the log. */
async function soldOrders(): Promise<string[]> {
  const store = openStoredLog(join(dataDir, 'log'));
  const claims = new Map<string, string>();
  const confirmed: string[] = [];
  for (let after = 0n; ; ) {
    const events = store.readAll(after);
    if (events.length === 0) break;
    for (const { stream, type, data, position } of events) {
      if (type === 'OrderClaimed') claims.set(stream, JSON.parse(data.toString()).reference);
      if (type === 'OrderConfirmed') confirmed.push(claims.get(stream)!);
      after = position;
    }
  }
  await store.close();
  return confirmed;
}

it('a server that is told to stop under load says so, finishes what it accepted, and ends', async () => {
  const url = new URL(/http:\/\/127\.0\.0\.1:\d+\/api\/v1\/partners\/service/.exec(printed)![0]);
  const settings = /settings=(\{[^}]*\})/.exec(printed)![1]!;
  const load: Load = { sold: new Set(), answers: 0, unanswered: 0 };
  const clients = Array.from({ length: CLIENTS }, (_, index) =>
    buyUntilGone(url, settings, `c${index}`, load),
  );
  expect(await answerOf(new URL('/readyz', url).href)).toMatchObject({ status: 200 });
  await new Promise((resolve) => setTimeout(resolve, LOAD_MS));

  const toldAt = performance.now();
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await new Promise((resolve) => setTimeout(resolve, 100));
  const before = load.answers;
  expect(await answerOf(new URL('/readyz', url).href)).toMatchObject({ status: 503 });
  expect(await answerOf(new URL('/livez', url).href)).toMatchObject({ status: 200 });
  const [code] = await ended;
  expect(code).toBe(0);
  expect(performance.now() - toldAt).toBeLessThan(STOP_MS);
  await Promise.all(clients);

  expect(load.answers).toBeGreaterThan(before);
  expect(load.sold.size).toBeGreaterThan(0);
  const sold = await soldOrders();
  expect(sold.filter((order) => !load.sold.has(order))).toEqual([]);
  expect(sold.length).toBe(load.sold.size);
}, 20_000);
