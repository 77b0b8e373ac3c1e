import { openEngines } from '../../src/composition/engines.js';
import { Order, type OrderClaim, type OrderEvent } from '../../src/contexts/ordering/index.js';
import { CallbackAttempts } from '../../src/contexts/webhooks/commands/callback-attempts.js';
import {
  EndpointSecrets,
  NoticeBodies,
  NoticeIndex,
  NoticeStorage,
  noticeId,
  Webhooks,
} from '../../src/contexts/webhooks/index.js';
import { parseCidr } from '../../src/platform/config/cidr.js';
import { loadSettings } from '../../src/platform/config/settings.js';
import { Sequencer } from '../../src/platform/execution/sequencer.js';
import type { CommandContext } from '../../src/platform/execution/transaction.js';
import { OutboundHttp } from '../../src/platform/http/outbound/outbound-http.js';
import { IndexFollower } from '../../src/platform/indexes/index-follower.js';
import { Clock } from '../../src/platform/kernel/clock.js';
import { SystemIds } from '../../src/platform/kernel/ids.js';
import { createLogger } from '../../src/platform/logging/logger.js';
import { Vault } from '../../src/platform/security/vault.js';
import { Callbacks } from '../../src/processes/callbacks/callbacks.js';

/** What the parent says. */
export interface ChildTask {
  readonly dataDir: string;
  readonly urls: readonly string[];
  /** The product's clock runs faster than the machine's, from one moment on over all lives of this process. */
  readonly clock: { readonly fromMs: number; readonly speed: number };
  readonly timeoutMs: number;
  readonly seed: number;
}

/** A notice that every endpoint must get. */
export interface Expected {
  readonly id: string;
  readonly object: string;
  readonly type: string;
}

export type FromChild =
  | { readonly kind: 'ready'; readonly secrets: readonly string[] }
  | { readonly kind: 'drained'; readonly expected: readonly Expected[] };

const PARTNER = '01900000-0000-7000-8000-00000000b001';
/** Orders are placed one after the other, this far apart. */
const ORDER_EVERY_MS = 4;

class FastClock extends Clock {
  constructor(private readonly task: ChildTask['clock']) {
    super();
  }
  now(): number {
    const { fromMs, speed } = this.task;
    return fromMs + Math.round((Date.now() - fromMs) * speed);
  }
}

const ids = new SystemIds();
const context = (): CommandContext => {
  const commandId = ids.uuid();
  return { commandId, correlationId: commandId, actor: { kind: 'system', id: 'test' }, surface: 'test' };
};
const tell = (message: FromChild): boolean => process.send!(message);

function claimOf(reference: string, publicId: number): OrderClaim {
  return {
    ...{ attempt: 1, publicId, partner: PARTNER, apiKey: null, reference, surface: 'test', language: 'en' },
    ...{ currency: 'AZN', wallet: `${PARTNER}.main.AZN`, walletRevision: -1, floor: null, hold: 'h' },
    ...{ reservation: null, lines: [], email: null, deadline: '2027-01-01T00:00:00.000Z' },
  };
}

function eventsOf(reference: string, publicId: number, at: string): OrderEvent[] {
  const sale = { partner: PARTNER, currency: 'AZN', confirmedAt: at, units: [] } as const;
  return [
    { type: 'OrderClaimed', data: claimOf(reference, publicId) },
    { type: 'OrderConfirmed', data: { attempt: 1, units: [], amount: '100', commission: '0', sale } },
    { type: 'OrderRefunded', data: { amount: '100', sale } },
  ];
}

async function main(task: ChildTask): Promise<void> {
  const settings = loadSettings({ DATA_DIR: task.dataDir, NODE_ENV: 'test', KEYFORGE_DEMO: '0' });
  const logger = createLogger({ logLevel: 'error' }, process.stderr);
  const engines = await openEngines({ settings, ids, logger, onFatal: () => process.exit(70) });
  const clock = new FastClock(task.clock);
  const { events: store, snapshots } = engines;
  const executor = new Sequencer({ store, snapshots, clock, ids, namespace: 'kf' });
  const secrets = new EndpointSecrets(new Vault(engines.keys), ids);
  const storage = new NoticeStorage();
  const index = new NoticeIndex(storage);
  const follower = new IndexFollower(store, engines.indexes, 'kf', [index, storage]);
  await follower.start();
  const made: string[] = [];
  if (index.lanes.size === 0) made.push(...(await makeEndpoints(task, executor, secrets)));
  const outbound = new OutboundHttp({
    ...{ allowHttp: true, timeoutMs: task.timeoutMs },
    allowPrivate: [parseCidr('127.0.0.1/32')!],
  });
  const bodies = new NoticeBodies(executor, ids);
  const attempts = new CallbackAttempts(executor, clock, ids, bodies, secrets, outbound);
  const callbacks = new Callbacks({
    ...{ index, clock, attempt: (lane, work) => attempts.attempt(lane, work) },
    onDisabled: (webhook, _, because) => logger.error({ webhook, because }, 'disabled'),
    onError: (err) => logger.error({ err }, 'an attempt failed'),
  });
  callbacks.start();
  tell({ kind: 'ready', secrets: made });

  let working = true;
  process.on('message', (message) => {
    if (message === 'drain') working = false;
  });
  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  const life = ids.uuid();
  for (let n = 1; working; n += 1) {
    const reference = `${life}-${n}`;
    const id = reference;
    const at = new Date(clock.now()).toISOString();
    const [claimed, confirmed, refunded] = eventsOf(reference, n, at) as [OrderEvent, OrderEvent, OrderEvent];
    await executor.run(context(), (tx) => tx.append(Order, id, [claimed, confirmed]));
    if (n % 2 === 0) await executor.run(context(), (tx) => tx.append(Order, id, [refunded]));
    await pause(ORDER_EVERY_MS);
  }
  await follower.reached(await store.headPosition());
  const isDone = () => [...index.lanes.values()].every((lane) => lane.waiting === 0 && lane.open.size === 0);
  while (!isDone() || callbacks.size > 0) await pause(20);
  const all = index.read(PARTNER, 0, index.lengthOf(PARTNER));
  const expected = all.map((notice) => ({
    ...{ id: noticeId(PARTNER, notice), object: notice.object, type: notice.type },
  }));
  tell({ kind: 'drained', expected });
  await callbacks.close();
  await follower.close();
  await engines.close();
  process.disconnect();
}

async function makeEndpoints({ urls }: ChildTask, executor: Sequencer, secrets: EndpointSecrets) {
  const made = await Promise.all(urls.map(() => secrets.make(PARTNER)));
  await executor.run(context(), (tx) => {
    for (const [place, url] of urls.entries()) {
      const eventTypes = ['order.confirmed', 'order.refunded'] as const;
      const fields = { url, eventTypes, description: null };
      const data = { webhook: place + 1, ...fields, secret: made[place]!.secret };
      tx.append(Webhooks, PARTNER, [{ type: 'WebhookCreated', data }]);
    }
  });
  return made.map(({ clear }) => clear);
}

process.once('message', (task) => {
  main(task as ChildTask).catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
});
process.once('disconnect', () => process.exit(0));
