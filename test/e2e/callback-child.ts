import { noticeId } from '../../src/contexts/webhooks/index.js';
import { Clock } from '../../src/platform/kernel/clock.js';
import { SystemIds } from '../../src/platform/kernel/ids.js';
import { openCallbackEngines } from '../support/callback-engines.js';
import { CallbackNode } from '../support/callback-node.js';

/** What the parent says. */
export interface ChildTask {
  readonly dataDir: string;
  /** 32 bytes in hex. */
  readonly masterKey: string;
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
const ORDERS_AT_ONCE = 4;
const PAUSE_MS = 5;

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
async function main({ dataDir, masterKey, urls, clock, timeoutMs }: ChildTask): Promise<void> {
  const ids = new SystemIds();
  const { store, indexes, keys } = await openCallbackEngines(dataDir, masterKey);
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
  const life = ids.uuid();
  for (let n = 1; isWorking; n += 1) {
    const references = Array.from({ length: ORDERS_AT_ONCE }, (_, place) => `${life}-${n}-${place}`);
    await Promise.all(references.map((reference) => node.confirm(PARTNER, reference)));
    await Promise.all(references.map((reference) => node.refund(PARTNER, reference)));
    // Killed before anything happens, a life would show nothing.
    if (n === 1) tell({ kind: 'ready', secrets });
    await pause(PAUSE_MS);
  }
  await node.settled();
  const lanes = [...node.index.lanes.values()];
  while (lanes.some((lane) => lane.waiting > 0 || lane.open.size > 0)) await pause(20);
  const told = node.index.read(PARTNER, 0, node.index.lengthOf(PARTNER));
  const expected = told.map((notice) => ({ id: noticeId(PARTNER, notice), object: notice.object }));
  tell({ kind: 'drained', expected });
  await node.close();
  await Promise.all([indexes.close(), keys.close()]);
  await store.close();
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
