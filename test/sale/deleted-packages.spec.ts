import { changePackage, Package, type PackageEvent } from '../../src/contexts/catalog/index.js';
import { Lot } from '../../src/contexts/inventory/index.js';
import { isRejection } from '../../src/platform/kernel/rejection.js';
import { auditSales } from '../support/sale-audit.js';
import { PACKAGE, PRICE_MINOR, RESERVATION_TTL_MS, SaleWorld } from '../support/sale-world.js';

describe('a key that was reserved when its package was deleted', () => {
  let world: SaleWorld;
  let keyNumber: string;
  beforeEach(async () => {
    world = await SaleWorld.create({ lots: [1], fundsMinor: PRICE_MINOR });
    const reserved = await world.node().reserve();
    if (isRejection(reserved)) throw new Error(reserved.code);
    keyNumber = reserved.keyNumber;
    const deleted: PackageEvent[] = [{ type: 'PackageDeleted', data: {} }];
    await world.node().executor.run(world.context(), (tx) => tx.append(Package, PACKAGE, deleted));
  });
  afterEach(() => expect(auditSales(world.events, { finished: true, floorMinor: 0n })).toEqual([]));

  const status = (): string | undefined => world.fold(Lot, '1').slots.get(0)?.status;

  it('is retired when the reservation is cancelled', async () => {
    expect(await world.node().cancel(keyNumber)).toEqual({});
    expect(status()).toBe('retired');
  });

  it('is retired when the reservation expires', async () => {
    world.clock.advance(RESERVATION_TTL_MS);
    await world.node().recover();
    expect(status()).toBe('retired');
  });

  it('is retired when somebody asks for the reservation after its deadline', async () => {
    world.clock.advance(RESERVATION_TTL_MS);
    expect(await world.node().confirm(keyNumber, 'A')).toMatchObject({ code: 'ReservationNotFound' });
    expect(status()).toBe('retired');
  });

  it('is sold when the reservation is confirmed', async () => {
    expect(isRejection(await world.node().confirm(keyNumber, 'A'))).toBe(false);
    expect(status()).toBe('sold');
  });
});

it('a key of a package that is on hold goes back to stock', async () => {
  const other = await SaleWorld.create({ lots: [1], fundsMinor: PRICE_MINOR });
  const reserved = await other.node().reserve();
  if (isRejection(reserved)) throw new Error(reserved.code);
  await other.node().executor.run(other.context(), (tx) => {
    const events = changePackage(tx.load(Package, PACKAGE), { hold: true });
    if (!isRejection(events)) tx.append(Package, PACKAGE, events);
  });
  await other.node().cancel(reserved.keyNumber);
  expect(other.fold(Lot, '1').slots.get(0)?.status).toBe('free');
});
