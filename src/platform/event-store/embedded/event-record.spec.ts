import { SystemIds } from '../../kernel/ids.js';
import type { NewEvent, RecordedEvent, StreamAppend } from '../event-store.js';
import { encodeRecord, everyOrdinal, visitRecord } from './event-record.js';
import { SlabSpace } from './record-space.js';

const ids = new SystemIds();
const FIRST = 70_000;

const event = (data: string, metadata: Buffer): NewEvent => ({
  id: ids.uuid(),
  type: 'Noted',
  data: Buffer.from(data),
  metadata,
});

/** Two decisions: three events with one metadata over two streams, and one event with another. */
function twoDecisions(): StreamAppend[] {
  const [one, other] = [Buffer.from('{"commandId":"one"}'), Buffer.from('{"commandId":"other"}')];
  return [
    { stream: 'kf.a-1', expectedRevision: -1, events: [event('1', one), event('22', one)] },
    { stream: 'kf.b-1', expectedRevision: 6, events: [event('', one)] },
    { stream: 'kf.c-1', expectedRevision: -1, events: [event('4444', other)] },
  ];
}

const encode = (batch: StreamAppend[]): Buffer => Buffer.from(encodeRecord(new SlabSpace(), FIRST, batch));

function read(record: Buffer, wants: (ordinal: number) => boolean = everyOrdinal) {
  const events: RecordedEvent[] = [];
  const problem = visitRecord(record, FIRST, wants, (found) => events.push(found) > 0);
  return { events, problem };
}

const written = (batch: StreamAppend[]): RecordedEvent[] => {
  let position = FIRST;
  return batch.flatMap(({ stream, expectedRevision, events }) =>
    events.map((one, index) => ({
      ...one,
      stream,
      revision: expectedRevision + 1 + index,
      position: BigInt(position++),
    })),
  );
};

it('a record gives back what was written, metadata that is written once included', () => {
  const batch = twoDecisions();
  const record = encode(batch);
  expect(read(record)).toEqual({ events: written(batch), problem: null });
  expect(record.toString('latin1').split('"one"')).toHaveLength(2);
});

it('each event can be read alone', () => {
  const batch = twoDecisions();
  const record = encode(batch);
  for (const ordinal of [0, 1, 2, 3]) {
    expect(read(record, (wanted) => wanted === ordinal).events).toEqual([written(batch)[ordinal]]);
  }
});

it('every flipped bit is noticed, by each event that it changes', () => {
  const batch = twoDecisions();
  const record = encode(batch);
  for (let at = 4; at < record.length; at += 1) {
    const flipped = Buffer.from(record);
    flipped[at]! ^= 1 << (at % 8);
    expect(read(flipped).problem).not.toBeNull();
    for (const ordinal of [0, 1, 2, 3]) {
      for (const found of read(flipped, (wanted) => wanted === ordinal).events) {
        expect(found).toEqual(written(batch)[ordinal]);
      }
    }
  }
});

it('records of version 1, in which each event has metadata of its own, can be read', () => {
  const [{ stream, expectedRevision, events }] = twoDecisions() as [StreamAppend];
  const own = events.map((one) => ({ ...one, metadata: Buffer.from(one.metadata) }));
  const batch = [{ stream, expectedRevision, events: own }];
  const record = encode(batch);
  record.writeUInt8(1, 0);
  expect(read(record)).toEqual({ events: written(batch), problem: null });
  record.writeUInt8(3, 0);
  expect(read(record).problem).toMatchObject({ problem: 'the head of the record is damaged' });
});
