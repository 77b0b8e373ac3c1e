import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { SystemIds } from '../../kernel/ids.js';
import { LAST_BYTES, Room } from '../../lmdb/room.js';
import { EventStoreError, NO_STREAM, type StreamAppend } from '../event-store.js';
import { logKey } from './layout.js';
import { type LogEnvironment, openLogEnvironment, ownerTable } from './log-environment.js';
import { LogReader } from './log-reader.js';
import { LogWriter } from './log-writer.js';

const ids = new SystemIds();
const body = Buffer.from('{}');

const to = (stream: string, expectedRevision: number): StreamAppend[] => [
  { stream, expectedRevision, events: [{ id: ids.uuid(), type: 'Noted', data: body, metadata: body }] },
];

/** A commit's failure as lmdb reports it. */
function commitFailure(code: number): Error {
  const commitError = Promise.reject(Object.assign(new Error(`errno ${code}`), { code }));
  commitError.catch(() => {});
  return Object.assign(new Error('Commit failed'), { commitError });
}

const outcomeOf = (append: Promise<unknown>): Promise<unknown> =>
  append.then(
    () => 'appended',
    (error: EventStoreError) => [error.code, error.outcome],
  );

describe('the writer of the log', () => {
  let directory: string;
  let environment: LogEnvironment;
  /** Its log, whose commits may fail. */
  let failing: LogEnvironment['log'];
  let writer: LogWriter;
  let reader: LogReader;
  let fatal: EventStoreError[];
  /** Bytes left on the disk. */
  let free: number;
  /** What the next commits come to instead of being made: an errno, or `passedOver` by the condition. */
  let instead: (number | 'passedOver' | 'unexplained')[];
  let untilItFails: () => Promise<unknown>;
  /** Records that LMDB was given. */
  let written: number;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'keyforge-writer-'));
    environment = openLogEnvironment(directory, 1024 ** 3);
    instead = [];
    untilItFails = () => delay(20);
    written = 0;
    fatal = [];
    free = 500_000_000;
    const { log } = environment;
    failing = new Proxy(log, {
      get: (target, name) => {
        if (name !== 'ifVersion') return (Reflect.get(target, name) as () => unknown).bind(target);
        return async (...args: Parameters<typeof log.ifVersion>) => {
          const [key] = args;
          const isRecord = !(key as Buffer).equals(logKey(0));
          if (isRecord) written += 1;
          const failure = isRecord ? instead.shift() : undefined;
          if (failure === undefined) return target.ifVersion(...args);
          await untilItFails();
          if (failure === 'passedOver') return false;
          if (failure === 'unexplained')
            throw Object.assign(new Error('failed'), { commitError: new Promise(() => {}) });
          throw commitFailure(failure);
        };
      },
    });
    reader = new LogReader(environment);
    writer = new LogWriter({
      environment: { ...environment, log: failing },
      reader,
      maxCachedHeads: 100,
      room: new Room(directory, LAST_BYTES, () => free),
      onStored: () => {},
      onFatal: (error) => fatal.push(error),
    });
  });
  afterEach(async () => {
    await environment.root.close();
    rmSync(directory, { recursive: true });
  });

  const turn = (): Promise<void> => new Promise(setImmediate);
  const newWriter = (on: LogEnvironment, failures: EventStoreError[] = []): LogWriter => {
    const onFatal = (error: EventStoreError) => failures.push(error);
    return new LogWriter({ environment: on, reader, maxCachedHeads: 100, onStored: () => {}, onFatal });
  };
  const ENOSPC = 28;
  const EIO = 5;

  it('refuses everything for good after a failed flush, and says so once', async () => {
    await writer.append(to('a', NO_STREAM));
    instead = [EIO, 'passedOver'];
    const failed = writer.append(to('a', 0));
    await turn();
    const behind = writer.append(to('a', 1));
    expect(await outcomeOf(failed)).toEqual(['Failed', 'unknown']);
    expect(await outcomeOf(behind)).toEqual(['Failed', 'nothing']);
    expect(await outcomeOf(writer.append(to('b', NO_STREAM)))).toEqual(['Failed', 'nothing']);
    expect(fatal.map((error) => error.code)).toEqual(['Failed']);
    expect(reader.readStream('a')).toHaveLength(1);
  });

  it('ends also where the reason of a failed commit is never told', async () => {
    instead = ['unexplained'];
    await writer.append(to('a', NO_STREAM));
    const failed = outcomeOf(writer.append(to('a', 0)));
    expect(await Promise.race([failed, delay(3_000, 'no answer', { ref: false })])).toEqual([
      'Failed',
      'unknown',
    ]);
    expect(fatal).toHaveLength(1);
  });

  it('begins no commit while there is little space, and goes on when there is some', async () => {
    await writer.append(to('a', NO_STREAM));
    free = 5_000_000;
    await delay(40);
    expect(await outcomeOf(writer.append(to('a', 0)))).toEqual(['StorageFull', 'nothing']);
    expect(await outcomeOf(writer.append(to('b', NO_STREAM)))).toEqual(['StorageFull', 'nothing']);
    expect([reader.readStream('a').length, fatal.length]).toEqual([1, 0]);
    free = 500_000_000;
    await delay(40);
    expect(await outcomeOf(writer.append(to('a', 0)))).toBe('appended');
  });

  it('goes on from what is on disk after a full disk', async () => {
    await writer.append(to('a', NO_STREAM));
    instead = [ENOSPC, ENOSPC, 'passedOver'];
    let fail = (): void => {};
    const held = new Promise<void>((resolve) => {
      fail = resolve;
    });
    untilItFails = () => held;
    const failures = [];
    for (const batch of [to('a', 0), to('b', NO_STREAM), to('a', 1)]) {
      failures.push(outcomeOf(writer.append(batch)));
      await turn();
    }
    const meanwhile = writer.append(to('a', 7));
    fail();
    for (const failure of failures) expect(await failure).toEqual(['StorageFull', 'nothing']);
    expect(await meanwhile).toMatchObject({ outcome: 'refused' });
    expect(await writer.append(to('a', 1))).toMatchObject({ outcome: 'refused', actualRevision: 0 });
    expect(await outcomeOf(writer.append(to('a', 0)))).toBe('appended');
    expect(await outcomeOf(writer.append(to('b', NO_STREAM)))).toBe('appended');
    expect(fatal).toEqual([]);
    expect(reader.readAll(0).map((event) => event.stream)).toEqual(['a', 'a', 'b']);
  });

  it('never gives a position twice, not even one that failed', async () => {
    await writer.append(to('a', NO_STREAM));
    instead = [ENOSPC];
    expect(await outcomeOf(writer.append(to('a', 0)))).toEqual(['StorageFull', 'nothing']);
    expect(await writer.append(to('a', 0))).toEqual({ outcome: 'appended', position: 3n });
  });

  it('lets an append wait for the failure of one in flight that it conflicts with', async () => {
    await writer.append(to('b', NO_STREAM));
    instead = [ENOSPC];
    const first = outcomeOf(writer.append(to('a', NO_STREAM)));
    const second = writer.append(to('a', NO_STREAM));
    expect(await first).toEqual(['StorageFull', 'nothing']);
    expect(await second).toEqual({ outcome: 'appended', position: 3n });
    expect(reader.readStream('a')).toHaveLength(1);
  });

  it('makes one record of what is appended in one turn, each batch with its own answer', async () => {
    const appends = [to('a', NO_STREAM), to('b', NO_STREAM), to('a', 0)].map((batch) => writer.append(batch));
    expect(await Promise.all(appends)).toEqual(
      [1n, 2n, 3n].map((position) => ({ outcome: 'appended', position })),
    );
    expect([...reader.records()].map(({ first }) => first)).toEqual([1]);
    expect(reader.partAt('a', 5)).toEqual({ firstRevision: 0, record: 1, ordinals: [0, 2] });
    expect(reader.readStream('a', { from: 1 }).map(({ position }) => position)).toEqual([3n]);
  });

  it('has handed over all records of a turn when LMDB starts to commit them', async () => {
    const large = Buffer.alloc(60_000, '1');
    const append = (stream: string): Promise<unknown> => {
      const [{ events, ...entry }] = to(stream, NO_STREAM) as [StreamAppend];
      return writer.append([{ ...entry, events: events.map((event) => ({ ...event, data: large })) }]);
    };
    await writer.append(to('a', NO_STREAM));
    const appends = [append('b')];
    // LMDB has just been given the first write of the turn, and asked to be called at its end.
    const handedOver = turn().then(() => written);
    for (const stream of ['c', 'd', 'e', 'f']) appends.push(append(stream));
    expect(await handedOver).toBe(3);
    await Promise.all(appends);
    expect([...reader.records()].map(({ first }) => first)).toEqual([1, 2, 4, 6]);
  });

  it('stores nothing of what is appended in one turn when its commit fails', async () => {
    await writer.append(to('a', NO_STREAM));
    instead = [ENOSPC];
    const appends = [to('a', 0), to('b', NO_STREAM), to('a', 1)].map((batch) => writer.append(batch));
    for (const append of appends) expect(await outcomeOf(append)).toEqual(['StorageFull', 'nothing']);
    expect(reader.readAll(0)).toHaveLength(1);
    expect(await outcomeOf(writer.append(to('a', 0)))).toBe('appended');
  });

  describe('beside another process that the lock did not keep away', () => {
    let others: EventStoreError[];
    let other: LogWriter;
    beforeEach(async () => {
      await writer.append(to('a', NO_STREAM));
      others = [];
      other = another();
    });
    const another = (): LogWriter => newWriter(environment, others);
    const streamsStored = (): string[] => {
      environment.root.resetReadTxn();
      return reader.readAll(0).map(({ stream }) => stream);
    };

    it('stores nothing in the place of what the other has stored, nor behind it, and stops', async () => {
      await writer.append(to('b', NO_STREAM));
      const failures = [];
      for (const batch of [to('c', NO_STREAM), to('a', 0), to('a', 1)]) {
        failures.push(outcomeOf(other.append(batch)));
        await turn();
      }
      for (const failure of failures) expect(await failure).toEqual(['Failed', expect.any(String)]);
      expect(others.map((error) => error.message)).toEqual([
        expect.stringContaining('another process writes'),
      ]);
      expect(await outcomeOf(other.append(to('d', NO_STREAM)))).toEqual(['Failed', 'nothing']);
      expect(streamsStored()).toEqual(['a', 'b']);
      expect(await outcomeOf(writer.append(to('a', 0)))).toBe('appended');
    });

    it('stores nothing once the other has begun to', async () => {
      await other.append(to('b', NO_STREAM));
      expect((await outcomeOf(writer.append(to('c', NO_STREAM)))) as string[]).toContain('Failed');
      expect(fatal).toHaveLength(1);
      expect(streamsStored()).toEqual(['a', 'b']);
      expect(await outcomeOf(other.append(to('b', 0)))).toBe('appended');
    });

    it.each([1, 2])(
      'loses nothing where it left places free after a disk was full, %d times',
      async (times) => {
        instead = Array.from({ length: times }, () => ENOSPC);
        for (let time = 0; time < times; time += 1)
          expect(await outcomeOf(writer.append(to('b', NO_STREAM)))).toEqual(['StorageFull', 'nothing']);
        const later = another();
        expect(await outcomeOf(writer.append(to('b', NO_STREAM)))).toBe('appended');
        for (const one of [other, later])
          expect(await outcomeOf(one.append(to('c', NO_STREAM)))).toContain('Failed');
        expect(await outcomeOf(writer.append(to('b', 0)))).toBe('appended');
        expect(streamsStored()).toEqual(['a', 'b', 'b']);
      },
    );

    it('stops where the other has begun in the places that it left free', async () => {
      instead = [ENOSPC];
      expect(await outcomeOf(writer.append(to('b', NO_STREAM)))).toEqual(['StorageFull', 'nothing']);
      expect(await outcomeOf(other.append(to('c', NO_STREAM)))).toBe('appended');
      expect(await outcomeOf(writer.append(to('b', NO_STREAM)))).toContain('Failed');
      expect(await outcomeOf(other.append(to('c', 0)))).toBe('appended');
      expect(streamsStored()).toEqual(['a', 'c', 'c']);
    });
  });

  it('of two on a log without a claim loses nothing after a full disk either', async () => {
    await writer.append(to('a', NO_STREAM));
    const owners = ownerTable(environment.root);
    for (const key of [...owners.getKeys()]) owners.removeSync(key);
    const [one, other] = [newWriter({ ...environment, log: failing }), newWriter(environment)];
    instead = [ENOSPC];
    expect(await outcomeOf(one.append(to('a', 0)))).toEqual(['StorageFull', 'nothing']);
    expect(await outcomeOf(one.append(to('a', 0)))).toBe('appended');
    expect(await outcomeOf(other.append(to('b', NO_STREAM)))).toContain('Failed');
    expect(await outcomeOf(one.append(to('a', 1)))).toBe('appended');
    expect(reader.readStream('a')).toHaveLength(3);
  });

  it('writes what was appended in the turn in which it is closed', async () => {
    const append = writer.append(to('a', NO_STREAM));
    await writer.close();
    expect(await append).toMatchObject({ outcome: 'appended' });
    expect(reader.readStream('a')).toHaveLength(1);
  });

  it('begins another record when one has got large', async () => {
    const large: StreamAppend = { ...to('a', NO_STREAM)[0]! };
    const events = [{ ...large.events[0]!, data: Buffer.alloc(100 * 1024, '1') }];
    const appends = ['a', 'b', 'c'].map((stream) => writer.append([{ ...large, stream, events }]));
    await Promise.all(appends);
    expect([...reader.records()].map(({ first }) => first)).toEqual([1, 2, 3]);
  });
});
