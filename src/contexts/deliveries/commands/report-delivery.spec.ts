import { MemoryKeep } from '../../../../test/support/index-keep.js';
import { ManualClock } from '../../../../test/support/manual-clock.js';
import { MemoryEventStore } from '../../../../test/support/memory-event-store.js';
import { SequentialEventStore } from '../../../../test/support/sequential-event-store.js';
import type { EventStore } from '../../../platform/event-store/event-store.js';
import { openExecutor } from '../../../platform/execution/open-executor.js';
import { systemContext } from '../../../platform/execution/system-context.js';
import type { Executor } from '../../../platform/execution/transaction.js';
import { IndexProgress } from '../../../platform/indexes/index-progress.js';
import type { IndexedEvent } from '../../../platform/indexes/local-index.js';
import { SystemIds } from '../../../platform/kernel/ids.js';
import { NoSnapshots } from '../../../platform/snapshots/snapshot-store.js';
import { DeliveryIndex } from '../delivery-index.js';
import { Delivery } from '../domain/delivery.js';
import { Suppression } from '../domain/suppression.js';
import type { DeliveryEvent } from '../events/delivery.events.js';
import {
  type MailReport,
  ReportDelivery,
  ReportDeliveryHandler,
  SuppressionNumbering,
} from './report-delivery.js';
import { DeliverySender } from './send-delivery.js';

const ids = new SystemIds();
const context = systemContext(ids, 'test');
const recipient = { address: 'sealed', hash: 'h', sealedIn: 'order' } as const;
const REQUESTED: DeliveryEvent = {
  type: 'DeliveryRequested',
  data: { send: 1, orderNumber: 7, partner: 'p', language: 'en', recipient, cause: 'order' },
};
const SENT: DeliveryEvent = {
  type: 'DeliverySent',
  data: { send: 1, attempt: 1, provider: 'resend', providerId: 'm-1' },
};
/** Without our tags. */
const BOUNCED: MailReport = {
  ...{ named: null, report: 'bounced', reportId: 'r-1', providerId: 'm-1', code: 'permanent' },
  reportedAt: '2026-01-01T00:00:00.000Z',
};

let events: MemoryEventStore;
let executor: Executor;
let handler: ReportDeliveryHandler;
let folded: DeliveryEvent[];
let index: DeliveryIndex;
let keep: MemoryKeep;

const executorOn = (store: EventStore): Executor =>
  openExecutor({ store, clock: new ManualClock(), ids, namespace: 'kf', snapshots: new NoSnapshots() });

beforeEach(() => {
  events = new MemoryEventStore();
  executor = executorOn(events);
  [index, keep, folded] = [new DeliveryIndex(), new MemoryKeep(), []];
  index.attach(keep);
  const progress = new IndexProgress(events);
  const follower = {
    position: 0n,
    reached: async (position: bigint) => {
      for (const event of folded.splice(0)) fold(event);
      follower.position = position;
    },
  };
  progress.follow(follower);
  handler = new ReportDeliveryHandler(executor, index, new SuppressionNumbering({ next: () => 1 }), progress);
});

const fold = (event: DeliveryEvent): void =>
  index.apply({ id: 'o', ...event } as unknown as IndexedEvent, keep);
/** Stores an event, which the index comes to when somebody waits for it. */
async function store(event: DeliveryEvent): Promise<void> {
  await executor.run(context, (tx) => tx.append(Delivery, 'o', [event]));
  folded.push(event);
}

const outcome = () =>
  executor.run(context, (tx) => [
    tx.load(Delivery, 'o').sends[0]?.status,
    tx.load(Suppression, 'h').isSuppressed,
  ]);

it('a report that comes before the index knows of the send is applied to it', async () => {
  await store(REQUESTED);
  fold(folded.shift()!);
  await store(SENT);
  await handler.execute(new ReportDelivery(context, BOUNCED));
  expect(await outcome()).toEqual(['bounced', true]);
});

it('also where the index does not know yet that anything was asked for', async () => {
  await store(REQUESTED);
  await store(SENT);
  await handler.execute(new ReportDelivery(context, BOUNCED));
  expect(await outcome()).toEqual(['bounced', true]);
});

it('also where another node records the answer meanwhile, and has looked for kept reports already', async () => {
  await store(REQUESTED);
  fold(folded.shift()!);
  let [reach, release] = [(): void => undefined, (): void => undefined];
  const reached = new Promise<void>((resolve) => {
    reach = resolve;
  });
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const node = executorOn(
    new SequentialEventStore(events, async ({ phase }) => {
      reach();
      if (phase === 'before') await released;
      return 'continue';
    }),
  );
  const none = null as never;
  const sender = new DeliverySender(
    node,
    none,
    none,
    none,
    none,
    new SuppressionNumbering({ next: () => 1 }),
  );
  const { data } = SENT as Extract<DeliveryEvent, { type: 'DeliverySent' }>;
  const recorded = sender.record(context, 'o', {
    attempt: { send: { send: 1 }, number: 1 },
    outcome: { kind: 'taken', provider: data.provider, providerId: data.providerId },
    chance: 0,
  });
  await reached;
  await handler.execute(new ReportDelivery(context, BOUNCED));
  release();
  await recorded;
  executor = executorOn(events);
  expect(await outcome()).toEqual(['bounced', true]);
});
