import { KeysUnreadable, orderId } from '../../src/contexts/ordering/index.js';
import { Wallet, walletId } from '../../src/contexts/wallets/index.js';
import { StoreUnavailable } from '../../src/platform/kernel/store-unavailable.js';
import { VaultError } from '../../src/platform/security/vault.js';
import { auditSales } from '../support/sale-audit.js';
import { PARTNER, SaleWorld } from '../support/sale-world.js';

const WALLET = walletId(PARTNER, 'main', 'AZN');
const FUNDS = 9999n;
const textOf = (lot: number, slot: number) => ({ text: `KEY-${lot}-${slot}`, serial: null });
const gone = () => {
  throw new VaultError('Erased', 'the data key was destroyed');
};

/** Reads on engines on servers are answered later, those of the embedded engine at once. */
describe.each([
  ['at once', false],
  ['later', true],
])('where texts are read %s', (_, later) => {
  async function worldOf(lots: readonly number[], read: (lot: number, slot: number) => object) {
    const world = await SaleWorld.create({ lots, fundsMinor: FUNDS });
    const answer = read as typeof world.readText;
    world.readText = later ? async (lot, slot) => answer(lot, slot) : answer;
    return world;
  }

  it('a lot whose texts are gone is passed over for one that can be read', async () => {
    const world = await worldOf([2, 2], (lot, slot) => (lot === 1 ? gone() : textOf(lot, slot)));
    const node = world.node();
    expect(await node.buy('A')).toMatchObject({ keyNumber: '2000', keyText: 'KEY-2-0' });
    expect(await node.reserve()).toMatchObject({ keyNumber: '2001' });
    expect(auditSales(world.events, { finished: false, floorMinor: 0n })).toEqual([]);
  });

  it('where no other lot has keys nothing is taken, neither from stock nor from the wallet', async () => {
    const world = await worldOf([2], gone);
    const before = world.events.length;
    const node = world.node();
    for (let time = 0; time < 2; time += 1) {
      await expect(node.buy('A')).rejects.toThrow(KeysUnreadable);
      await expect(node.reserve()).rejects.toThrow(KeysUnreadable);
    }
    expect(world.events.length).toBe(before);
    expect(world.fold(Wallet, WALLET).postedMinor).toBe(FUNDS);
  });

  it('while texts are out of reach nothing is taken, and sales go on once they are back', async () => {
    let away = true;
    const world = await worldOf([2], (lot, slot) => {
      if (away) throw new StoreUnavailable('the data keys are away');
      return textOf(lot, slot);
    });
    const before = world.events.length;
    const node = world.node();
    await expect(node.buy('A')).rejects.toThrow(KeysUnreadable);
    expect(world.events.length).toBe(before);
    away = false;
    expect(await node.buy('A')).toMatchObject({ keyNumber: '1000', keyText: 'KEY-1-0' });
  });

  it('a key is not replaced by one that cannot be read, and the order keeps its own', async () => {
    const world = await worldOf([1, 1], (lot, slot) => (lot === 2 ? gone() : textOf(lot, slot)));
    const node = world.node();
    await node.buy('A');
    const before = world.events.length;
    await expect(node.replace(orderId(PARTNER, 'sale', 'A', 'grouped'))).rejects.toThrow(KeysUnreadable);
    expect(world.events.length).toBe(before);
    expect(await node.buy('A')).toMatchObject({ keyNumber: '1000', keyText: 'KEY-1-0' });
  });
});
