import { setTimeout as delay } from 'node:timers/promises';
import { ManualClock } from '../../support/manual-clock.js';
import { Shop } from './shop.js';

/** Real time: nothing but the product's own timers moves anything. */
class WallClock extends ManualClock {
  override now(): number {
    return Date.now();
  }
}

it('lists the last key of a package again when its reservation has run out, without anybody asking', async () => {
  const shop = await Shop.open({ clock: new WallClock(), settings: { RESERVATION_TTL_SECONDS: '1' } });
  const stored = async (type: string): Promise<boolean> =>
    (await shop.app.engines.events.readAll(0n)).some((event) => event.type === type);
  try {
    const terminal = await shop.terminal();
    const product = await shop.product();
    const pkg = await shop.package(product.id);
    await shop.stock(pkg, 1);
    const listed = async (): Promise<number> => {
      const answer = await terminal.call(2, { product: product.publicId });
      return (answer.data as unknown as unknown[] | undefined)?.length ?? 0;
    };
    expect(await listed()).toBe(1);

    const before = Date.now();
    expect((await terminal.call(3, { package: pkg.publicId })).code).toBe('0');
    expect(await listed()).toBe(0);
    while (!(await stored('ReservationExpired'))) {
      expect(Date.now() - before).toBeLessThan(5_000);
      await delay(20);
    }
    expect(Date.now() - before).toBeGreaterThanOrEqual(1_000);
    await shop.app.settle();
    expect(await listed()).toBe(1);
    expect(await stored('FundsReleased')).toBe(true);
    expect((await terminal.call(4, { key: '1000', order: 'late' })).code).toBe('4-5');
  } finally {
    await shop.app.close();
  }
}, 15_000);
