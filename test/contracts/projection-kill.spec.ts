import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { EmbeddedEventStore } from '../../src/platform/event-store/embedded/embedded-event-store.js';
import { SystemIds } from '../../src/platform/kernel/ids.js';
import { ProjectionRunner } from '../../src/platform/projections/projection-runner.js';
import { ReadModels } from '../../src/platform/projections/read-models.js';
import { EmbeddedReadStore } from '../../src/platform/read-store/embedded/embedded-read-store.js';
import { type TotalDocument, totals } from '../support/totals.js';

/** Three processes that compile their code first. */
const TEST_MS = 60_000;
const STREAMS = 20;
const EVENTS_EACH = 100;
/** Lines of a child after which it is killed: while it catches up, and while it builds anew and compares. */
const KILLED_AFTER = [1, 9, 60];

const directory = mkdtempSync(join(tmpdir(), 'keyforge-killed-'));
afterAll(() => rmSync(directory, { recursive: true }));

const openLog = (): EmbeddedEventStore => EmbeddedEventStore.open({ directory: join(directory, 'log') });

async function fillLog(): Promise<void> {
  const log = openLog();
  const ids = new SystemIds();
  const at = '2026-01-01T00:00:00.000Z';
  const metadata = Buffer.from(
    JSON.stringify({ schema: 1, actor: { kind: 'system', id: 'x' }, surface: 'test', at }),
  );
  for (let revision = 0; revision < EVENTS_EACH; revision += 1) {
    const data = Buffer.from(JSON.stringify({ by: revision }));
    await log.append(
      Array.from({ length: STREAMS }, (_, stream) => ({
        stream: `kf.total-${stream}`,
        expectedRevision: revision - 1,
        events: [{ id: ids.uuid(), type: 'Added', data, metadata }],
      })),
    );
  }
  await log.close();
}

/** Runs a child until it has said so many lines, and kills it. */
async function killAfter(lines: number): Promise<void> {
  const args = [
    '-r',
    resolve('test/support/register.cjs'),
    resolve('test/support/projection-child.ts'),
    directory,
  ];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  let said = 0;
  for await (const _ of createInterface(child.stdout)) {
    said += 1;
    if (said === lines) child.kill('SIGKILL');
  }
  expect((await exited)[1]).toBe('SIGKILL');
}

it(
  'read models whose process was killed, while it followed and while it rebuilt, are as if it never was',
  async () => {
    await fillLog();
    for (const lines of KILLED_AFTER) await killAfter(lines);
    const events = openLog();
    const documents = EmbeddedReadStore.open({ directory: join(directory, 'documents') });
    const models = new ReadModels(documents);
    const runner = new ProjectionRunner({
      ...{ events, documents, models, projections: [totals], upcasters: new Map(), namespace: 'kf' },
      onError: () => undefined,
    });
    await runner.start();
    expect(await models.waitFor(events.headPosition(), 5_000)).toBe(true);
    const sums = await models.find<TotalDocument>('totals', { filter: { events: { $gt: 1 } } });
    expect(sums.map(({ total }) => total)).toEqual(
      Array.from({ length: STREAMS }, () => (EVENTS_EACH * (EVENTS_EACH - 1)) / 2),
    );
    expect(await runner.verify('totals')).toMatchObject({
      documents: STREAMS * (EVENTS_EACH + 1),
      differing: 0,
    });
    await runner.rebuild(['totals']);
    expect(await models.count('totals')).toBe(STREAMS * (EVENTS_EACH + 1));
    await runner.stop();
    await documents.close();
    await events.close();
  },
  TEST_MS,
);
