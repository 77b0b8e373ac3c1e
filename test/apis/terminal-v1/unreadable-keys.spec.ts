import { Shop } from './shop.js';

let shop: Shop;

beforeEach(async () => {
  shop = await Shop.open();
});
afterEach(() => shop.app.close());

it('a key whose data key is lost is neither sold nor reserved, and terminals are told that nothing happened', async () => {
  const pkg = await shop.package((await shop.product()).id);
  await shop.stock(pkg, 2);
  const terminal = await shop.terminal();
  const given = { package: String(pkg.publicId) };
  const { keys } = shop.app.engines;
  const { id } = await keys.obtain('lot-1');
  const find = keys.find.bind(keys);
  const lost = jest.spyOn(keys, 'find').mockImplementation((asked) => (asked === id ? null : find(asked)));
  const before = await shop.app.engines.events.headPosition();
  expect(await terminal.call(6, { ...given, order: 'A-1' })).toMatchObject({ code: '6-9' });
  expect(await terminal.call(3, given)).toMatchObject({ code: '3-5' });
  const after = await shop.app.engines.events.readAll(before);
  expect(after.filter(({ type }) => type !== 'NumbersTaken')).toEqual([]);
  lost.mockRestore();
  // Keys that come in now have a data key, and are found beside those.
  await shop.stock(pkg, 1);
  expect(await terminal.call(6, { ...given, order: 'A-1' })).toMatchObject({ code: '0' });
});
