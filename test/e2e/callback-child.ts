import { openEngines } from '../../src/composition/engines.js';
import { noticeId } from '../../src/contexts/webhooks/index.js';
import { loadSettings } from '../../src/platform/config/settings.js';
import { Clock } from '../../src/platform/kernel/clock.js';
import { SystemIds } from '../../src/platform/kernel/ids.js';
import { createLogger } from '../../src/platform/logging/logger.js';
import { CallbackNode } from '../support/callback-node.js';

/** What the parent says. */
export interface ChildTask {
  readonly dataDir: string;
  readonly urls: readonly string[];
  /** The product's clock runs faster than the machine's, from one moment on over all lives of this process. */
  readonly clock: { readonly fromMs: number; readonly speed: number };
  readonly timeoutMs: number;
}

/** A notice that every endpoint must get. */
export interface Expected {
  readonly id: string;
  readonly object: string;
}

export type FromChild =
  | { readonly kind: 'ready'; readonly secrets: readonly string[] }
  | { readonly kind: 'drained'; readonly expected: readonly Expected[] };

const PARTNER = '01900000-0000-7000-8000-00000000b001';
/** Orders are placed one after the other, this far apart. */
const ORDER_EVERY_MS = 2;

class FastClock extends Clock {
  constructor(private readonly task: ChildTask['clock']) {
    super();
  }

  now(): number {
    const { fromMs, speed } = this.task;
    return fromMs + Math.round((Date.now() - fromMs) * speed);
  }
}

const tell = (message: FromChild): boolean => process.send!(message);
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Places orders and brings what there is to tell of them, until it is killed or told to come to an end. */
async function main({ dataDir, urls, clock, timeoutMs }: ChildTask): Promise<void> {
  const ids = new SystemIds();
  const settings = loadSettings({ DATA_DIR: dataDir, NODE_ENV: 'test', KEYFORGE_DEMO: '0' });
  const logger = createLogger({ logLevel: 'error' }, process.stderr);
  const engines = await openEngines({ settings, ids, logger, onFatal: () => process.exit(70) });
  const { events: store, indexes, keys } = engines;
  const node = new CallbackNode({ store, indexes, keys, clock: new FastClock(clock), timeoutMs });
  await node.start();
  const secrets: string[] = [];
  if (node.index.lanes.size === 0) {
    for (const [place, url] of urls.entries()) secrets.push(await node.addEndpoint(PARTNER, place + 1, url));
  }
  let isWorking = true;
  process.on('message', () => {
    isWorking = false;
  });
  tell({ kind: 'ready', secrets });
  const life = ids.uuid();
  for (let n = 1; isWorking; n += 1) {
    const reference = `${life}-${n}`;
    await node.confirm(PARTNER, reference);
    if (n % 2 === 0) await node.refund(PARTNER, reference);
    await pause(ORDER_EVERY_MS);
  }
  await node.settled();
  const lanes = [...node.index.lanes.values()];
  while (lanes.some((lane) => lane.waiting > 0 || lane.open.size > 0)) await pause(20);
  const told = node.index.read(PARTNER, 0, node.index.lengthOf(PARTNER));
  const expected = told.map((notice) => ({ id: noticeId(PARTNER, notice), object: notice.object }));
  tell({ kind: 'drained', expected });
  await node.close();
  await engines.close();
  process.disconnect();
}

process.once('message', (task) => {
  main(task as ChildTask).catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
});
// The parent is gone.
process.once('disconnect', () => process.exit(0));
