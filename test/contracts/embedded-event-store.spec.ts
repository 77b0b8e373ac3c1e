import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  EmbeddedEventStore,
  type EmbeddedEventStoreOptions,
} from '../../src/platform/event-store/embedded/embedded-event-store.js';
import { logKey } from '../../src/platform/event-store/embedded/layout.js';
import type { LogEnvironment } from '../../src/platform/event-store/embedded/log-environment.js';
import { NO_STREAM, type RecordedEvent } from '../../src/platform/event-store/event-store.js';
import { putForeignPages } from '../support/foreign-pages.js';
import { eventStoreContract, freshStream, noteOf, testEvent, testEvents } from './event-store.contract.js';

const newFolder = (): string => mkdtempSync(join(tmpdir(), 'keyforge-log-'));

const fixture = (options: Partial<EmbeddedEventStoreOptions>) => async () => {
  const directory = newFolder();
  const store = EmbeddedEventStore.open({ directory, ...options });
  return {
    store,
    dispose: async () => {
      await store.close();
      rmSync(directory, { recursive: true });
    },
  };
};

eventStoreContract('the embedded engine', fixture({}));

const tight = { maxCachedHeads: 1, mapBytes: 128 * 1024 };
eventStoreContract('the embedded engine with hardly any memory, in a map that must grow', fixture(tight));

const SUPPORT = resolve('test/support');
const childArguments = ['-r', join(SUPPORT, 'register.cjs'), join(SUPPORT, 'event-store-child.ts')];

const children: ChildProcess[] = [];

function linesOf(child: ChildProcess): AsyncIterator<string> {
  children.push(child);
  return createInterface(child.stdout!)[Symbol.asyncIterator]();
}

describe('the embedded engine on its disk', () => {
  let directory: string;
  let store: EmbeddedEventStore | null;
  beforeEach(() => {
    directory = newFolder();
    store = null;
  });
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    await store?.close();
    rmSync(directory, { recursive: true });
  });

  const open = (options: Partial<EmbeddedEventStoreOptions> = {}): EmbeddedEventStore => {
    store = EmbeddedEventStore.open({ directory, ...options });
    return store;
  };

  it('finds everything again when it is opened again, and goes on from there', async () => {
    const stream = freshStream();
    const batch = [{ stream, expectedRevision: NO_STREAM, events: testEvents(3) }];
    const original = await open().append(batch);
    await store!.close();
    expect(open().headPosition()).toBe(3n);
    expect(await store!.append(batch)).toEqual(original);
    await store!.append([{ stream, expectedRevision: 2, events: [testEvent('later')] }]);
    expect(store!.readAll(2n).map((event) => [event.position, event.revision])).toEqual([
      [3n, 2],
      [4n, 3],
    ]);
    expect(await store!.verify()).toEqual({ events: 4, streams: 1, problems: [] });
  });

  it('answers Closed once it is closed, after finishing what was under way', async () => {
    const stream = freshStream();
    const closing = open();
    const underWay = closing.append([{ stream, expectedRevision: NO_STREAM, events: [testEvent()] }]);
    const closed = closing.close();
    expect(await underWay).toMatchObject({ outcome: 'appended' });
    await closed;
    const late = closing.append([{ stream, expectedRevision: 0, events: [testEvent()] }]);
    await expect(late).rejects.toMatchObject({ code: 'Closed', outcome: 'nothing' });
    expect(() => closing.readStream(stream)).toThrow('closed');
  });

  it('loses nothing acknowledged when it is killed, time after time', async () => {
    let acknowledged = 0;
    for (let round = 0; round < 4; round += 1) {
      const child = spawn(process.execPath, [...childArguments, 'journal', directory], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const lines = linesOf(child);
      const journal: string[] = [(await lines.next()).value];
      setTimeout(() => child.kill('SIGKILL'), 30 + Math.random() * 150);
      for (let line = await lines.next(); !line.done; line = await lines.next()) journal.push(line.value);
      open();
      for (const line of journal) {
        const { stream, revision, id, other } = JSON.parse(line);
        expect(store!.readStream(stream, { from: revision, limit: 1 })[0]?.id).toBe(id);
        expect(store!.readStream(other)).toHaveLength(1);
      }
      acknowledged += journal.length;
      const report = await store!.verify();
      expect(report.problems).toEqual([]);
      expect(report.events).toBeGreaterThanOrEqual(3 * acknowledged);
      await store!.close();
    }
    expect(acknowledged).toBeGreaterThan(40);
  });

  it('says that the disk is full, keeps reading, stores nothing out of order, and goes on when there is room', async () => {
    // A limit on the size of a file stands for the end of the disk: it can be set and lifted everywhere.
    const command = 'ulimit -S -f 3000; exec "$0" "$@"';
    const child = spawn('sh', ['-c', command, process.execPath, ...childArguments, 'fill', directory], {
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const exited = once(child, 'exit');
    const lines = linesOf(child);
    const full = JSON.parse((await lines.next()).value);
    expect(full.errors).toEqual(['StorageFull, nothing']);
    expect(full.acknowledged).toBeGreaterThan(4);
    expect([full.stored, full.all]).toEqual([full.acknowledged, full.acknowledged]);

    execFileSync('prlimit', ['--pid', String(child.pid), '--fsize=unlimited']);
    child.stdin!.end('go on\n');
    const after = JSON.parse((await lines.next()).value);
    const stored = full.acknowledged + 4;
    expect(after).toEqual({ acknowledged: stored, stored, all: stored, errors: [] });
    expect(await exited).toEqual([0, null]);

    const report = await open().verify();
    expect(report).toEqual({ events: stored, streams: 1, problems: [] });
  });

  describe('when a byte has changed', () => {
    const streams = ['kf.damaged-before', 'kf.damaged-victim', 'kf.damaged-after'];
    const victim = 'kf.damaged-victim';
    const note = 'the note that will be damaged';

    beforeEach(async () => {
      open();
      await store!.append(
        streams.map((stream) => ({ stream, expectedRevision: NO_STREAM, events: [testEvent('sound')] })),
      );
      const two = [testEvent(note, 'VictimOfDamage'), testEvent('behind it')];
      await store!.append([{ stream: victim, expectedRevision: 0, events: two }]);
      await store!.append([{ stream: streams[2]!, expectedRevision: 0, events: [testEvent('the last')] }]);
      await store!.close();
    });

    /** Flips a bit `offset` bytes from each place where the text stands in the log's file. */
    function damage(text: string, offset: number): void {
      const file = join(directory, 'data.mdb');
      const bytes = readFileSync(file);
      const places: number[] = [];
      for (let at = bytes.indexOf(text); at >= 0; at = bytes.indexOf(text, at + 1)) places.push(at);
      expect(places.length).toBeGreaterThan(0);
      for (const at of places) bytes[at + offset]! ^= 0x10;
      writeFileSync(file, bytes);
    }

    const NAME_AT = 'VictimOfDamage'.length;
    const EVENT_AT = -67;
    it.each<[string, string, number]>([
      ['in the body', note, 4],
      ['in the metadata', `${note}"}`, note.length + 8],
      ['in the name of the stream', `VictimOfDamage${victim}`, NAME_AT + 3],
      ['in the checksum', 'VictimOfDamage', EVENT_AT],
      ['in the length of the event', 'VictimOfDamage', EVENT_AT + 7],
      ['in the revision', 'VictimOfDamage', EVENT_AT + 23],
      ['in the id', 'VictimOfDamage', EVENT_AT + 30],
    ])('%s: every read of the event fails, and names its position and stream', async (_, text, offset) => {
      damage(text, offset);
      const named = { code: 'Damaged', message: expect.stringContaining(`position 4 of ${victim}`) };
      expect(() => open()).toThrow(expect.objectContaining(named));
      open({ checkAtStart: false });
      expect(() => store!.readStream(victim)).toThrow(expect.objectContaining(named));
      expect(() => store!.readAll(3n)).toThrow(expect.objectContaining(named));
      expect(store!.readAll(0n).map((event) => event.position)).toEqual([1n, 2n, 3n]);
      expect(store!.readStream(victim, { limit: 1 }).map(noteOf)).toEqual(['sound']);
      expect(store!.readStream(streams[2]!).map(noteOf)).toEqual(['sound', 'the last']);
      const { problems } = await store!.verify();
      expect(problems[0]).toMatchObject({ position: 4n, stream: victim });
    });

    it('is no reason to hide the event behind it from a check of everything', async () => {
      damage(note, 4);
      damage('behind it', 0);
      open({ checkAtStart: false });
      const { events, problems } = await store!.verify();
      expect(events).toBe(4);
      expect(problems.map(({ position, stream }) => [position, stream])).toEqual([
        [4n, victim],
        [5n, victim],
      ]);
    });
  });

  it('is damaged where its index knows of events behind its last one', async () => {
    const stream = freshStream();
    open();
    for (let revision = NO_STREAM; revision < 3; revision += 1)
      await store!.append([{ stream, expectedRevision: revision, events: [testEvent()] }]);
    const { log } = (store as unknown as { environment: LogEnvironment }).environment;
    await log.remove(logKey(4));
    expect((await store!.verify()).problems).toEqual([
      { position: 4n, stream, problem: 'the index leads to an event that is not there' },
    ]);
  });

  it('names how far it could be read where LMDB finds a page that is another one', async () => {
    const large = testEvent('x'.repeat(5_000));
    await open().append([{ stream: freshStream(), expectedRevision: NO_STREAM, events: [large] }]);
    await store!.append([{ stream: freshStream(), expectedRevision: NO_STREAM, events: [testEvent()] }]);
    expect(putForeignPages(join(directory, 'data.mdb'), 0n, 1n)).toBeGreaterThan(0);
    const { problems } = await store!.verify();
    expect(problems).toMatchObject([{ position: 0n, problem: expect.stringContaining('MDB_') }]);
  });

  it('keeps no old pages for a check of everything while that goes on', async () => {
    const one = () => [{ stream: freshStream(), expectedRevision: NO_STREAM, events: [testEvent()] }];
    open();
    for (let note = 0; note < 40; note += 1) await store!.append(one());
    const { root } = (store as unknown as { environment: LogEnvironment }).environment;
    let isDone = false;
    const slowly = () => {
      for (const end = performance.now() + 2; performance.now() < end; );
    };
    const checking = store!.verify(slowly, 1).finally(() => {
      isDone = true;
    });
    const looks: string[] = [];
    while (!isDone) {
      await store!.append(one());
      // Process, thread, and the transaction whose pages it sees, or a dash.
      const [, ...readers] = root.readerList().trim().split('\n');
      looks.push(...readers.map((reader) => reader.trim().split(/\s+/)[2]!).filter((seen) => seen !== '-'));
    }
    expect(await checking).toMatchObject({ problems: [] });
    expect(looks).toEqual([...new Set(looks)]);
  });

  it('delivers all of a subscription that was interrupted by a restart', async () => {
    const stream = freshStream();
    open();
    await store!.append([{ stream, expectedRevision: NO_STREAM, events: testEvents(10) }]);
    const seen: RecordedEvent[] = [];
    const until = async (count: number, after: bigint): Promise<void> => {
      await new Promise<void>((done) => {
        store!.subscribe(after, (events) => {
          seen.push(...events);
          if (seen.length >= count) done();
        });
      });
    };
    await until(10, 0n);
    await store!.close();
    open();
    await store!.append([{ stream, expectedRevision: 9, events: testEvents(5) }]);
    await until(15, seen.at(-1)!.position);
    expect(seen.map((event) => event.revision)).toEqual(Array.from({ length: 15 }, (_, index) => index));
  });

  it('delivers in order what it appends first after a restart, with several records in one commit', async () => {
    for (const before of [0, 3]) {
      open();
      const seen: bigint[] = [];
      const subscription = store!.subscribe(BigInt(before), (events) => {
        seen.push(...events.map(({ position }) => position));
      });
      const large = () => ({ ...testEvent(), data: Buffer.alloc(100_000) });
      const append = () =>
        store!.append([{ stream: freshStream(), expectedRevision: NO_STREAM, events: [large()] }]);
      const heads = await Promise.all(
        Array.from({ length: 3 }, () => append().then(() => store!.headPosition())),
      );
      const later = [1n, 2n, 3n].map((position) => position + BigInt(before));
      expect(heads.map((head, index) => head >= later[index]!)).toEqual([true, true, true]);
      for (const end = Date.now() + 3_000; seen.length < 3 && Date.now() < end; ) await sleep(5);
      expect([seen, store!.headPosition()]).toEqual([later, later[2]]);
      await subscription.close();
      await store!.close();
    }
  });
});
