import { Shop } from '../apis/terminal-v1/shop.js';
import { EventStoreDbStandIn } from '../support/eventstoredb/stand-in.js';

/** Long enough for a connection to be made anew, on a busy machine. */
const BACK_MS = 30_000;

describe('while a server is away', () => {
  let shop: Shop;
  afterEach(() => shop.app.close());

  const buying = async () => {
    const sold = await shop.stocked(3);
    const terminal = await shop.terminal();
    return (order: string) => terminal.call(6, { package: String(sold.publicId), order });
  };

  it('the product starts without its Redis, sells, and names the setting', async () => {
    shop = await Shop.open({ settings: { REDIS_URL: 'redis://127.0.0.1:1' } });
    const buy = await buying();
    expect(await buy('order-1')).toMatchObject({ code: '0' });
    expect(shop.app.lines.join('')).toContain('REDIS_URL');
  });

  it('a sale without EventStoreDB is not answered as done, and its repetition afterwards is done once', async () => {
    const server = await EventStoreDbStandIn.start();
    try {
      shop = await Shop.open({ settings: { EVENTSTORE_URL: server.url } });
      const buy = await buying();
      expect(await buy('order-1')).toMatchObject({ code: '0' });
      server.stop();
      const unanswered = await buy('order-2');
      // Nothing was sold, or nobody knows: the same order again is safe.
      expect(['6-9', '0-99']).toContain(unanswered.code);
      await server.listen();
      const deadline = Date.now() + BACK_MS;
      let again = unanswered;
      while (again.code !== '0' && Date.now() < deadline) again = await buy('order-2');
      expect(again.code).toBe('0');
      expect(await buy('order-2')).toEqual(again);
      expect(await buy('order-3')).toMatchObject({ code: '0' });
      expect((await buy('order-4')).code).toBe('6-5');
    } finally {
      server.stop();
    }
  }, 60_000);
});
