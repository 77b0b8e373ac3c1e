import { ManualClock } from '../../../../test/support/manual-clock.js';
import { MemoryEventStore } from '../../../../test/support/memory-event-store.js';
import { Sequencer } from '../../../platform/execution/sequencer.js';
import type { CommandContext } from '../../../platform/execution/transaction.js';
import { SystemIds } from '../../../platform/kernel/ids.js';
import { isRejection } from '../../../platform/kernel/rejection.js';
import { NoSnapshots } from '../../../platform/snapshots/snapshot-store.js';
import { GetRates, GetRatesHandler } from '../queries/get-rates.js';
import { SetRates, SetRatesHandler } from './set-rates.js';

const CONTEXT: CommandContext = {
  commandId: 'c',
  correlationId: 'c',
  actor: { kind: 'staff', id: 'admin' },
  surface: 'test',
};

it('rates that are set are the rates that are read, and a refusal writes nothing', async () => {
  const store = new MemoryEventStore();
  const executor = new Sequencer({
    store,
    snapshots: new NoSnapshots(),
    clock: new ManualClock(),
    ids: new SystemIds(),
    namespace: 'kf',
  });
  const setRates = new SetRatesHandler(executor);
  const getRates = new GetRatesHandler(executor);
  expect(await getRates.execute(new GetRates(CONTEXT))).toEqual({ rates: {}, feedDay: null });
  const rates = { USD: { azn: '1.7000', source: 'manual', effectiveDate: null, revision: 0 } };
  const command = new SetRates(CONTEXT, { rates: { USD: '1.7000' }, source: 'manual' });
  expect(await setRates.execute(command)).toEqual({ rates, feedDay: null });
  expect(await setRates.execute(command)).toEqual({ rates, feedDay: null });
  const refused = await setRates.execute(
    new SetRates(CONTEXT, { rates: { USD: '-1', EUR: '1.8' }, source: 'manual' }),
  );
  expect(isRejection(refused) && refused.code).toBe('InvalidRate');
  expect(await getRates.execute(new GetRates(CONTEXT))).toEqual({ rates, feedDay: null });
  expect(store.events).toHaveLength(1);
});
