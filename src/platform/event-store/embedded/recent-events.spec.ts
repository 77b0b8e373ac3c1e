import type { StreamAppend } from '../event-store.js';
import { RecentEvents } from './recent-events.js';

const entry = (stream: string, expectedRevision: number, count: number, bytes = 2): StreamAppend => ({
  stream,
  expectedRevision,
  events: Array.from({ length: count }, () => ({
    id: 'id',
    type: 'Noted',
    data: Buffer.alloc(bytes),
    metadata: Buffer.alloc(0),
  })),
});

const positions = (recent: RecentEvents, after: number, limit = 10_000): number[] | undefined =>
  recent.after(after, limit)?.map(({ position }) => Number(position));

describe('the newest events', () => {
  it('are answered with their places, in order and page by page', () => {
    const recent = new RecentEvents(6);
    recent.add(7, [entry('a', -1, 2), entry('b', 4, 1)]);
    recent.add(20, [entry('a', 1, 1)]);
    expect(recent.after(7, 2)).toMatchObject([
      { stream: 'a', revision: 1, position: 8n },
      { stream: 'b', revision: 5, position: 9n },
    ]);
    expect(positions(recent, 6)).toEqual([7, 8, 9, 20]);
    expect(positions(recent, 9, 5)).toEqual([20]);
    expect(positions(recent, 20)).toEqual([]);
  });

  it('do not answer for events before them', () => {
    const recent = new RecentEvents(6);
    expect(recent.after(5, 10)).toBeNull();
    expect(recent.after(6, 10)).toEqual([]);
  });

  it('are bounded by number and by size, and know what was forgotten', () => {
    const many = new RecentEvents(0);
    for (let first = 1; first < 30_000; first += 10) many.add(first, [entry('a', first - 2, 10)]);
    expect(many.after(30_000 - 8192 - 10, 1)).toBeNull();
    expect(positions(many, 29_995)).toEqual([29_996, 29_997, 29_998, 29_999, 30_000]);

    const large = new RecentEvents(0);
    for (let first = 1; first <= 10; first += 1) large.add(first, [entry('a', first - 2, 1, 2 ** 20)]);
    expect(large.after(5, 1)).toBeNull();
    expect(positions(large, 6)).toEqual([7, 8, 9, 10]);
  });

  it('keep the body of the newest alone, and nothing of what was forgotten', () => {
    const recent = new RecentEvents(0);
    const withBody = ({ events, ...rest }: StreamAppend): StreamAppend => ({
      ...rest,
      events: events.map((event) => ({ ...event, body: { of: 'it' }, atMs: 7 })),
    });
    recent.add(1, [withBody(entry('a', -1, 1))]);
    const [first] = recent.after(0, 1)!;
    expect(first).toMatchObject({ body: { of: 'it' }, atMs: 7 });
    for (let at = 2; at <= 3000; at += 1) recent.add(at, [withBody(entry('a', at - 2, 1, 1024))]);
    expect(first!.body).toBeUndefined();
    expect(recent.after(0, 3000)!.filter(({ body }) => body)).toHaveLength(1024);
    for (let at = 3001; at <= 12_000; at += 1) recent.add(at, [withBody(entry('a', at - 2, 1))]);
    expect(recent.after(11_999 - 8192, 10_000)).toBeNull();
    for (let at = 12_001; at <= 12_010; at += 1) recent.add(at, [entry('a', at - 2, 1, 2 ** 20)]);
    expect(recent.after(12_006, 10)).toHaveLength(4);
    const { events } = recent as unknown as { events: readonly unknown[] };
    expect(events.filter((event) => event !== null)).toHaveLength(4);
  });

  it('are let go as soon as nobody will ask for them', () => {
    const recent = new RecentEvents(0);
    for (let at = 1; at <= 10; at += 1) recent.add(at, [entry('a', at - 2, 1)]);
    recent.release(7);
    expect(positions(recent, 6)).toBeUndefined();
    expect(positions(recent, 7)).toEqual([8, 9, 10]);
    recent.release(3);
    expect(positions(recent, 7)).toEqual([8, 9, 10]);
    recent.release(12);
    expect(positions(recent, 10)).toEqual([]);
    recent.add(11, [entry('a', 9, 2)]);
    expect(positions(recent, 10)).toEqual([11, 12]);
    const { events } = recent as unknown as { events: readonly unknown[] };
    expect(events).toHaveLength(2);
  });
});
