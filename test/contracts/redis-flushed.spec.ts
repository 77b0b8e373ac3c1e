import { setTimeout as sleep } from 'node:timers/promises';
import { Shop, type Terminal } from '../apis/terminal-v1/shop.js';
import { ManualClock } from '../support/manual-clock.js';
import { hasRedisServer, RedisServerProcess } from '../support/redis/server-process.js';

/** Long enough for what is due to be looked for in the log, on a busy machine. */
const FOUND_MS = 30_000;

const described = hasRedisServer() ? describe : describe.skip;

described('the product while its Redis is flushed', () => {
  let redis: RedisServerProcess;
  let shop: Shop;
  beforeEach(async () => {
    redis = await RedisServerProcess.make();
  });
  afterEach(async () => {
    await shop.app.close();
    await redis.dispose();
  });

  it('every reservation expires, once, although all wake-ups are lost', async () => {
    const clock = Object.assign(new ManualClock(), { now: () => Date.now() });
    shop = await Shop.open({ clock, settings: { REDIS_URL: redis.url, RESERVATION_TTL_SECONDS: '2' } });
    const packageId = String((await shop.stocked(6)).publicId);
    const terminal: Terminal = await shop.terminal();
    const reserve = () => terminal.call(3, { package: packageId });
    const answers = await Promise.all(Array.from({ length: 6 }, reserve));
    expect(answers.map(({ code }) => code)).toEqual(Array(6).fill('0'));
    const isThere = async () => (await redis.dump()).includes('reservation');
    for (let waits = 0; waits < 100 && !(await isThere()); waits += 1) await sleep(10);
    expect(await isThere()).toBe(true);
    await redis.flush();
    const pending = () => shop.app.runtime.processFigures().get('reservation-expiry')!.pending;
    for (const deadline = Date.now() + FOUND_MS; pending() > 0 && Date.now() < deadline; ) await sleep(50);
    await shop.app.settle();
    const { events } = shop.app.engines;
    let expired = 0;
    for (
      let page = await events.readAll(0n);
      page.length > 0;
      page = await events.readAll(page.at(-1)!.position)
    ) {
      expired += page.filter(({ type }) => type === 'ReservationExpired').length;
    }
    expect(expired).toBe(6);
    const again = await Promise.all(Array.from({ length: 7 }, reserve));
    expect(again.map(({ code }) => code).sort()).toEqual([...Array(6).fill('0'), '3-4']);
  }, 60_000);
});
