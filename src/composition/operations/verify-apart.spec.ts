import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { EmbeddedEventStore } from '../../platform/event-store/embedded/embedded-event-store.js';
import { NO_STREAM } from '../../platform/event-store/event-store.js';
import { SystemIds } from '../../platform/kernel/ids.js';
import type { Progress } from './operation-types.js';
import { verifyApart } from './verify-apart.js';

const processAt = (path: string) => ({
  entry: pathToFileURL(resolve(path)),
  execArgv: ['-r', resolve('test/support/register.cjs')],
});

const LOOKING = processAt('src/composition/operations/verify.process.ts');
const ABORTING = processAt('test/support/aborting-verify.ts');
/** A process compiles its code first. */
const TEST_MS = 30_000;

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'keyforge-verify-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

describe('a log that is verified by a process of its own', () => {
  it(
    'is reported on as by this one',
    async () => {
      const log = EmbeddedEventStore.open({ directory });
      const body = Buffer.from('{}');
      const events = [{ id: new SystemIds().uuid(), type: 'Noted', data: body, metadata: body }];
      await log.append([{ stream: 'kf.note-1', expectedRevision: NO_STREAM, events }]);
      await log.close();
      const told: Progress[] = [];
      const report = await verifyApart(directory, (progress) => told.push(progress), LOOKING);
      expect(report).toEqual({ events: 1, streams: 1, problems: [] });
      expect(told.at(-1)).toMatchObject({ done: 1, total: 1 });
    },
    TEST_MS,
  );

  it(
    'says why it cannot be opened',
    async () => {
      writeFileSync(join(directory, 'data.mdb'), 'no environment');
      const opened = verifyApart(directory, () => {}, LOOKING);
      await expect(opened).rejects.toThrow('not one of this LMDB');
    },
    TEST_MS,
  );

  it(
    'is damaged behind the last position, or stream of the index, that was reached before LMDB ended the process',
    async () => {
      const { events, problems } = await verifyApart('events', () => {}, ABORTING);
      expect(events).toBe(70);
      expect(problems).toEqual([
        { position: '70', stream: '(stream unknown)', problem: expect.stringContaining('SIGABRT') },
      ]);
      expect((await verifyApart('index', () => {}, ABORTING)).problems).toMatchObject([
        { stream: 'kf.lot-3' },
      ]);
    },
    TEST_MS,
  );
});
