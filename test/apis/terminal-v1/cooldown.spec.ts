import { ManualClock } from '../../support/manual-clock.js';
import { Shop } from './shop.js';

it('a package whose only key has just come back is listed when that can be bought again, not before', async () => {
  const clock = new ManualClock();
  const shop = await Shop.open({ clock, settings: { RELEASE_COOLDOWN_SECONDS: '60' } });
  try {
    const terminal = await shop.terminal();
    const product = await shop.product();
    const pkg = await shop.package(product.id);
    await shop.stock(pkg, 1);
    const seen = async () => {
      const packages = await terminal.call(2, { product: product.publicId });
      const products = await terminal.call(1);
      return [packages, products].map(({ data }) => (data as unknown as unknown[]).length);
    };
    expect(await seen()).toEqual([1, 1]);
    expect((await terminal.call(3, { package: pkg.publicId })).code).toBe('0');
    expect((await terminal.call(5, { key: '1000' })).code).toBe('0');
    expect(await seen()).toEqual([0, 0]);
    expect((await terminal.call(6, { package: pkg.publicId, order: 'A' })).code).toBe('6-5');
    clock.advance(59_999);
    expect(await seen()).toEqual([0, 0]);
    clock.advance(1);
    expect(await seen()).toEqual([1, 1]);
    expect((await terminal.call(6, { package: pkg.publicId, order: 'A' })).code).toBe('0');
  } finally {
    await shop.app.close();
  }
});
