import { Room } from './room.js';

const MIB = 1024 * 1024;

describe('the room on a disk', () => {
  it('is what is free, without the last of it and what was taken since the look', () => {
    const room = new Room(
      '/data',
      4 * MIB,
      () => 10 * MIB,
      () => 0,
    );
    room.take(5 * MIB);
    expect([room.has(2 * MIB), room.has(MIB)]).toEqual([false, true]);
    room.take(MIB);
    expect(() => room.take(1)).toThrow('there is no space left in /data');
  });

  it('is looked at again, so that writes go on once there is some', () => {
    let [free, now] = [0, 0];
    const room = new Room(
      '/data',
      4 * MIB,
      () => free,
      () => now,
    );
    expect(room.has(1)).toBe(false);
    free = 100 * MIB;
    now = 40;
    expect(room.has(1)).toBe(true);
  });

  it('is not limited where the system does not tell', () => {
    for (const place of ['/nowhere/at/all', '/proc']) {
      expect([place, new Room(place, 4 * MIB).has(100 * MIB)]).toEqual([place, true]);
    }
  });
});
