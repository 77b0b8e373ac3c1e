import { EventStoreDbEventStore } from '../../src/platform/event-store/eventstoredb/eventstoredb-event-store.js';
import { TIMEOUTS } from '../../src/platform/event-store/eventstoredb/limits.js';
import { openExecutor } from '../../src/platform/execution/open-executor.js';
import type { CommandContext, Transaction } from '../../src/platform/execution/transaction.js';
import type { Aggregate, DomainEvent } from '../../src/platform/kernel/aggregate.js';
import { SystemIds } from '../../src/platform/kernel/ids.js';
import { NoSnapshots } from '../../src/platform/snapshots/snapshot-store.js';
import { type AppendFault, EventStoreDbStandIn } from '../support/eventstoredb/stand-in.js';
import { ManualClock } from '../support/manual-clock.js';
import { CONTRACT_PREFIX } from './event-store.contract.js';

type Taken = DomainEvent<'Taken', { readonly by: number }>;
const Stock: Aggregate<readonly number[], Taken> = {
  category: 'stock',
  stateVersion: 1,
  initial: [],
  evolve: (state, event) => [...state, event.data.by],
};

const context: CommandContext = {
  commandId: 'c',
  correlationId: 'c',
  actor: { kind: 'system', id: 'test' },
  surface: 'test',
};

const NODES = 3;
const COMMANDS = 40;
const PIECES = 100;

it('nodes that race for one stream, with faults, sell every piece once and tell each buyer the truth', async () => {
  const server = await EventStoreDbStandIn.start();
  const timeouts = { ...TIMEOUTS, appendAttemptMs: 100 };
  const stores = await Promise.all(
    Array.from({ length: NODES }, () =>
      EventStoreDbEventStore.open({ url: server.url, streamPrefix: CONTRACT_PREFIX, timeouts }),
    ),
  );
  const nodes = stores.map((store) =>
    openExecutor({
      store,
      snapshots: new NoSnapshots(),
      clock: new ManualClock(),
      ids: new SystemIds(),
      namespace: CONTRACT_PREFIX.slice(0, -1),
    }),
  );
  const faults: AppendFault[] = ['lost', 'not ready', 'timed out', 'cut off'];
  server.faultOf = () => (Math.random() < 0.05 ? faults[Math.floor(Math.random() * faults.length)]! : 'none');

  const take =
    (by: number) =>
    (tx: Transaction): number | 'none left' => {
      const taken = tx.load(Stock, 'only');
      if (taken.length >= PIECES) return 'none left';
      tx.append(Stock, 'only', [{ type: 'Taken', data: { by } }]);
      return taken.length;
    };
  const answers = await Promise.all(
    Array.from({ length: NODES * COMMANDS }, (_, by) => nodes[by % NODES]!.run(context, take(by))),
  );

  const stored = (await stores[0]!.readStream(`${CONTRACT_PREFIX}stock-only`)).map(
    ({ data }) => (JSON.parse(data.toString()) as { readonly by: number }).by,
  );
  expect(stored).toHaveLength(PIECES);
  answers.forEach((piece, by) => {
    if (piece === 'none left') expect(stored).not.toContain(by);
    else expect(stored[piece]).toBe(by);
  });
  expect(answers.filter((answer) => answer === 'none left')).toHaveLength(NODES * COMMANDS - PIECES);
  await Promise.all(stores.map((store) => store.close()));
  server.stop();
}, 20_000);
