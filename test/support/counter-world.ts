import type { DomainEvent } from '../../src/platform/kernel/aggregate.js';
import { SystemIds } from '../../src/platform/kernel/ids.js';
import type { Upcasters } from '../../src/platform/projections/fold.js';
import { type AnyProjection, defineProjection } from '../../src/platform/projections/projection.js';
import { ProjectionRunner } from '../../src/platform/projections/projection-runner.js';
import { ReadModels } from '../../src/platform/projections/read-models.js';
import type { ReadBatch, ReadDocument, ReadStore } from '../../src/platform/read-store/read-store.js';
import { MemoryEventStore } from './memory-event-store.js';
import { TemporaryReadStores } from './temporary-read-store.js';

type CounterEvent =
  | DomainEvent<'Counted', { readonly by: number }>
  | DomainEvent<'Cleared', Record<string, never>>;

export interface Counter extends ReadDocument {
  readonly total: number;
  readonly lastAt: string;
}

export const counters = (version = 1, factor = 1): AnyProjection =>
  defineProjection<Counter, CounterEvent>({
    name: 'counters',
    version,
    indexes: [['total']],
    handles: { counter: ['Counted', 'Cleared'] },
    keysOf: (event) => event.id,
    evolve: (counter, event, id) =>
      event.type === 'Cleared'
        ? null
        : { _id: id, total: (counter?.total ?? 0) + event.data.by * factor, lastAt: event.at },
  });

export const AT = '2026-01-02T03:04:05.006Z';
export const METADATA = Buffer.from(
  JSON.stringify({ schema: 1, actor: { kind: 'system', id: 'x' }, surface: 'test', at: AT }),
);

export interface Running {
  readonly documents: ReadStore;
  readonly models: ReadModels;
  readonly runner: ProjectionRunner;
  readonly errors: unknown[];
  stop(): Promise<void>;
}

interface StartOptions {
  readonly tweak?: (batch: ReadBatch) => void;
  readonly upcasters?: Upcasters;
  readonly keepsRetired?: boolean;
}

/** All counters, as text. */
export const dump = async (models: ReadModels): Promise<string> =>
  JSON.stringify(await models.find('counters', { sort: { _id: 1 } }));

/** A log in memory that each test begins anew, and runners on stores of this file. */
export function counterWorld() {
  const stores = new TemporaryReadStores();
  const ids = new SystemIds();
  const revisions = new Map<string, number>();
  let names = 0;
  let events: MemoryEventStore;
  beforeEach(() => {
    events = new MemoryEventStore();
    revisions.clear();
    names += 1;
  });
  afterEach(() => events.close());
  afterAll(() => stores.remove());

  async function append(stream: string, type: string, data: unknown, metadata = METADATA): Promise<bigint> {
    const expectedRevision = revisions.get(stream) ?? -1;
    revisions.set(stream, expectedRevision + 1);
    const id = ids.uuid();
    const event = { id, type, data: Buffer.from(JSON.stringify(data)), metadata };
    const outcome = await events.append([{ stream, expectedRevision, events: [event] }]);
    if (outcome.outcome !== 'appended') throw new Error('refused');
    return outcome.position;
  }

  const count = (counter: string, by: number): Promise<bigint> =>
    append(`kf.counter-${counter}`, 'Counted', { by });

  async function start(
    name: string,
    projections = [counters()],
    { tweak, upcasters = new Map(), keepsRetired = false }: StartOptions = {},
  ): Promise<Running> {
    const documents = stores.open(name);
    if (tweak) {
      const write = documents.write.bind(documents);
      documents.write = async (batch) => {
        tweak(batch);
        await write(batch);
      };
    }
    const models = new ReadModels(documents);
    const errors: unknown[] = [];
    const onError = (error: unknown): void => void errors.push(error);
    const options = {
      events,
      documents,
      models,
      projections,
      upcasters,
      keepsRetired,
      namespace: 'kf',
      onError,
    };
    const runner = new ProjectionRunner(options);
    await runner.start();
    return {
      documents,
      models,
      runner,
      errors,
      stop: async () => {
        await runner.stop();
        await stores.close(documents);
      },
    };
  }

  return {
    append,
    count,
    start,
    stores,
    /** A store name of this test. */
    get name() {
      return `${names}`;
    },
    get events() {
      return events;
    },
  };
}
