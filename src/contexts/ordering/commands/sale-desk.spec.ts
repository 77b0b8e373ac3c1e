import { EventStoreError } from '../../../platform/event-store/event-store.js';
import { reject } from '../../../platform/kernel/rejection.js';
import { STOCK_LOOKS } from '../limits.js';
import { SaleDesk } from './sale-desk.js';

describe('reading the key of a sale that stands', () => {
  it('never fails with "nothing happened"', async () => {
    const damaged = new EventStoreError('Damaged', 'position 7 is damaged', 'nothing');
    const keyTexts = { read: () => Promise.reject(damaged) };
    const desk: SaleDesk = Object.assign(Object.create(SaleDesk.prototype), { keyTexts });
    const error = await desk.readKey({ lot: 1, slot: 2 }).catch((thrown: unknown) => thrown);
    expect(error).not.toBeInstanceOf(EventStoreError);
    expect(error).toMatchObject({ cause: damaged });
  });
});

describe('taking a key from stock', () => {
  /** Sells at the given look, where there are so many news. @returns what it answered, and how often it looked */
  async function take(soldAt: number, news: number): Promise<[unknown, number]> {
    let [looks, left] = [0, news];
    const executor = { advance: async () => (++looks >= soldAt ? 'sold' : reject('OutOfStock')) };
    const stock = { catchUp: async () => left-- > 0 };
    const desk: SaleDesk = Object.assign(Object.create(SaleDesk.prototype), { executor, stock });
    const taken = await desk.takingStock(null as never, () => null as never);
    return [taken, looks];
  }

  it('looks again as long as there are news of stock', async () => {
    expect(await take(1, 9)).toEqual(['sold', 1]);
    expect(await take(3, 9)).toEqual(['sold', 3]);
    expect(await take(3, 1)).toEqual([reject('OutOfStock'), 2]);
  });

  it('and gives up at last', async () => {
    expect(await take(99, 99)).toEqual([reject('OutOfStock'), STOCK_LOOKS]);
  });
});
