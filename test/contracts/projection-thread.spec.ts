import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { SupplierDocument } from '../../projections/catalog/suppliers.projection.js';
import { EmbeddedEventStore } from '../../src/platform/event-store/embedded/embedded-event-store.js';
import { NO_STREAM } from '../../src/platform/event-store/event-store.js';
import { SystemIds } from '../../src/platform/kernel/ids.js';
import type { FoldedBatch } from '../../src/platform/projections/projecting.js';
import { ReadModels } from '../../src/platform/projections/read-models.js';
import type { RebuildProgress } from '../../src/platform/projections/rebuild.js';
import { ProjectionThread } from '../../src/platform/projections/thread/projection-thread.js';
import { EmbeddedReadStore } from '../../src/platform/read-store/embedded/embedded-read-store.js';

const WAIT_MS = 10_000;
const AT = '2024-01-01T00:00:00.000Z';
const ids = new SystemIds();

let directory: string;
let crashWhile: string;
let log: EmbeddedEventStore;
let documents: EmbeddedReadStore;
let models: ReadModels;
let thread: ProjectionThread;
let errors: Error[];
let registered: number;

function newThread(entry: string): ProjectionThread {
  models = new ReadModels(documents);
  return new ProjectionThread({
    entry: resolve(entry),
    thread: {
      execArgv: ['-r', resolve('test/support/register.cjs')],
      env: { ...process.env, CRASH_WHILE: crashWhile },
    },
    data: {
      logDirectory: join(directory, 'log'),
      documentsDirectory: join(directory, 'documents'),
      namespace: 'kf',
    },
    log,
    documents,
    models,
    onError: (error) => errors.push(error as Error),
    onFatal: (error) => errors.push(new Error('fatal', { cause: error })),
  });
}

async function startWith(entry: string): Promise<void> {
  thread = newThread(entry);
  await thread.start();
}

const WORKER = 'src/composition/projection-worker.ts';

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'keyforge-thread-'));
  crashWhile = join(directory, 'crash');
  log = EmbeddedEventStore.open({ directory: join(directory, 'log') });
  documents = EmbeddedReadStore.open({ directory: join(directory, 'documents') });
  errors = [];
  registered = 0;
});
afterEach(async () => {
  await thread.stop();
  await documents.close();
  await log.close();
  rmSync(directory, { recursive: true });
});

async function register(name: string): Promise<bigint> {
  registered += 1;
  const fields = { publicId: registered, name, country: null, contactEmail: null, status: 'active' };
  const metadata = {
    schema: 1,
    actor: { kind: 'staff', id: 'x' },
    surface: 'test',
    at: AT,
  };
  const stored = await log.append([
    {
      stream: `kf.supplier-${ids.uuid()}`,
      expectedRevision: NO_STREAM,
      events: [
        {
          id: ids.uuid(),
          type: 'SupplierRegistered',
          data: Buffer.from(JSON.stringify(fields)),
          metadata: Buffer.from(JSON.stringify(metadata)),
        },
      ],
    },
  ]);
  if (stored.outcome !== 'appended') throw new Error('refused');
  return stored.position;
}

/** The names of all suppliers as soon as the read models reflect a position. */
async function namesAt(position: bigint): Promise<string[]> {
  expect(await models.waitFor(position, WAIT_MS)).toBe(true);
  const found = await models.find<SupplierDocument>('suppliers', { sort: { id: 1 } });
  expect(await models.count('suppliers')).toBe(found.length);
  return found.map(({ name }) => name);
}

it('documents that another thread folds are read here as soon as the position is reached', async () => {
  await register('before');
  await startWith(WORKER);
  expect(await namesAt(await register('first'))).toEqual(['before', 'first']);
  for (let round = 0; round < 50; round += 1) {
    const position = await register(`${round}`);
    expect(await namesAt(position)).toHaveLength(round + 3);
  }
  expect(errors).toEqual([]);
});

it('a stopped thread leaves the documents with their position, and the next one goes on from there', async () => {
  await startWith(WORKER);
  await namesAt(await register('first'));
  await thread.stop();
  const position = await register('second');
  await startWith(WORKER);
  expect(await namesAt(position)).toEqual(['first', 'second']);
});

it('a rebuild in the other thread tells how far it is, and its documents are read afterwards', async () => {
  await startWith(WORKER);
  await namesAt(await register('first'));
  const steps: RebuildProgress[] = [];
  await thread.rebuild(['suppliers'], (progress) => steps.push(progress));
  expect(steps.at(-1)).toMatchObject({ projections: ['suppliers'], events: 1 });
  expect(await namesAt(await register('second'))).toEqual(['first', 'second']);
  await expect(thread.rebuild(['nothing'])).rejects.toThrow('there is no projection nothing');
});

it('the status says how far the documents are behind, whether or not the other thread folds', async () => {
  await startWith(WORKER);
  const batches: FoldedBatch[] = [];
  models.whenFolded((batch) => batches.push(batch));
  await namesAt(await register('first'));
  expect(await thread.status()).toMatchObject({ position: 1n, head: 1n, lagEvents: 0, lagSeconds: 0 });
  expect(batches).toEqual([{ events: 1, firstAt: AT }]);
  await thread.stop();
  await register('second');
  await register('third');
  const { lagSeconds, ...behind } = await thread.status();
  expect(behind).toEqual({ position: 1n, head: 3n, lagEvents: 2, rebuilding: [] });
  expect(lagSeconds).toBeCloseTo((Date.now() - Date.parse(AT)) / 1000, -1);
});

it('a thread that fails again and again is started anew and loses nothing', async () => {
  await startWith('test/support/crashing-projection-worker.ts');
  writeFileSync(crashWhile, '');
  let position = 0n;
  while (errors.length < 2) {
    position = await register(`${registered}`);
    await new Promise((done) => setTimeout(done, 20));
  }
  rmSync(crashWhile);
  expect(await namesAt(position)).toHaveLength(registered);
  for (const error of errors) expect((error.cause as Error).message).toBe('planted');
  expect(errors.map(({ message }) => message)).not.toContain('fatal');
});

it('a thread that cannot start says why', async () => {
  thread = newThread('test/support/no-such-worker.ts');
  await expect(thread.start()).rejects.toThrow('the thread of the read models ended');
});
