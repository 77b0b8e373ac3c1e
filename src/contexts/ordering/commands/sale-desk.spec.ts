import { EventStoreError } from '../../../platform/event-store/event-store.js';
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
