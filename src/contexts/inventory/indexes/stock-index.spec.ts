import fc from 'fast-check';
import { iso } from '../../../../test/support/lot-history.js';
import { StockWorld } from '../../../../test/support/stock-world.js';
import { changeKey, quarantineKey, releaseKey, retireKey } from '../domain/key-handling.decider.js';
import * as decide from '../domain/lot.decider.js';
import { StockIndex } from './stock-index.js';

describe('the order in which lots are offered', () => {
  it('is by earliest expiry, then by number, keys without expiry last', () => {
    const world = new StockWorld();
    world.open(1, 'a', null);
    world.open(2, 'a', 9000);
    world.open(3, 'a', 5000, 20_000);
    world.open(4, 'a', 5000);
    world.open(5, 'b', 1);
    expect(world.candidates()).toEqual([3, 4, 2, 1]);
    world.sell(3, 'o1');
    expect(world.candidates()).toEqual([4, 2, 3, 1]);
  });

  it('has no lot whose keys have all expired, and finds them again when the clock goes back', () => {
    const world = new StockWorld();
    world.open(1, 'a', 5000);
    world.open(2, 'a', 5000, 9000);
    world.open(3, 'a', null);
    world.clock.ms = 5000;
    expect(world.candidates()).toEqual([2, 3]);
    expect(world.index.available('a')).toBe(2);
    world.clock.ms = 86_400_000;
    expect(world.candidates()).toEqual([3]);
    world.clock.ms = 4999;
    expect(world.candidates()).toEqual([1, 2, 3]);
    expect(world.index.available('a')).toBe(4);
  });

  it('puts returned keys behind all fresh ones, in the order of their return', () => {
    const world = new StockWorld();
    world.open(1, 'a', null);
    world.open(2, 'a', null);
    world.open(3, 'a', null);
    for (const lot of [1, 2, 3]) world.reserve(lot, `r${lot}`);
    expect(world.candidates()).toEqual([]);
    expect(world.index.reserved('a')).toBe(3);
    world.cancel(2, 'r2');
    world.cancel(1, 'r1');
    expect(world.candidates()).toEqual([2, 1]);
    expect(world.candidates('a', world.restarted())).toEqual([2, 1]);
    world.open(4, 'a', null);
    expect(world.candidates()).toEqual([4, 2, 1]);
  });
});

describe('what came back a moment ago', () => {
  const offered = ({ index }: StockWorld, cooldownMs: number) => index.isOffered('a', cooldownMs);

  it('is not offered before it has cooled down, also after a restart', () => {
    const world = new StockWorld();
    world.open(1, 'a', null);
    world.open(2, 'a', 100_000);
    for (const lot of [1, 2]) world.reserve(lot, `r${lot}`);
    world.clock.ms += 1000;
    world.cancel(2, 'r2');
    world.clock.ms += 4000;
    world.cancel(1, 'r1');
    const at = (ms: number): boolean[] => {
      world.clock.ms = ms;
      return [world.index, world.restarted()].map((index) => index.isOffered('a', 5000));
    };
    const { ms } = world.clock;
    expect([offered(world, 0), offered(world, 5000)]).toEqual([true, false]);
    expect([at(ms + 999), at(ms + 1000)]).toEqual([
      [false, false],
      [true, true],
    ]);
    // The one that came back first expires.
    expect(at(100_000)).toEqual([true, true]);
  });

  it('hides no other key, and nothing that is not known to have come back lately', () => {
    const world = new StockWorld();
    world.clock.ms = 10_000;
    world.open(1, 'a', null);
    world.reserve(1, 'r1');
    world.cancel(1, 'r1');
    const kept = [...world.keep.entries].map(([key, value]): [string, unknown] =>
      key.startsWith('returned-') ? [key, (value as number[])[0]] : [key, value],
    );
    const older = new StockIndex(world.clock);
    older.restore(kept);
    expect([older.isOffered('a', 5000), offered(world, 5000)]).toEqual([true, false]);
    world.open(2, 'a', null);
    expect([offered(world, 5000), world.index.isOffered('unknown', 5000)]).toEqual([true, false]);
  });
});

describe('the edges of stock', () => {
  it('are told when a key is withdrawn, comes back, and gets another expiry', () => {
    const world = new StockWorld();
    const edges: boolean[] = [];
    world.open(1, 'a', null);
    world.index.onEdge((_, inStock) => edges.push(inStock));
    world.handle(1, (state) => quarantineKey(state, { slot: 0, reason: 'test' }));
    world.handle(1, (state) => releaseKey(state, { slot: 0, at: iso(world.clock.ms) }));
    for (const ms of [500, 5000])
      world.handle(1, (state) => changeKey(state, { slot: 0, expiresAt: iso(ms) }));
    expect(edges).toEqual([false, true, false, true]);
  });

  it('are told when the last key goes, not while one is reserved, and when one comes in', () => {
    const world = new StockWorld();
    const edges: [string, boolean][] = [];
    world.index.onEdge((...edge) => edges.push(edge));
    world.open(1, 'a', null, null);
    world.sell(1, 'o1');
    world.reserve(1, 'r1');
    expect(edges).toEqual([['a', true]]);
    world.record(1, [
      {
        type: 'KeySold',
        data: { slot: 1, order: 'o2', attempt: 1, unit: 0, partner: 'p', reservation: 'r1' },
      },
    ]);
    world.open(2, 'a', null);
    expect(edges).toEqual([
      ['a', true],
      ['a', false],
      ['a', true],
    ]);
  });
});

describe('lots with an overdue reservation', () => {
  it('are asked when that may be so, and not again for nothing', () => {
    const world = new StockWorld();
    for (const lot of [1, 2, 3]) world.open(lot, 'a', null, null);
    world.reserve(1, 'r1');
    world.clock.ms += 5;
    world.reserve(1, 'r2');
    world.reserve(2, 'r3');
    expect(world.overdue()).toEqual({ lots: [], asked: [] });
    world.clock.ms += 5;
    expect(world.overdue()).toEqual({ lots: [1], asked: [1] });
    world.cancel(1, 'r1');
    expect(world.overdue()).toEqual({ lots: [], asked: [1] });
    expect(world.overdue()).toEqual({ lots: [], asked: [] });
    world.clock.ms += 5;
    expect(world.overdue()).toEqual({ lots: [1, 2], asked: [1, 2] });
  });

  it('are all asked after a restart, a few at a time', () => {
    const world = new StockWorld();
    for (let lot = 1; lot <= 20; lot += 1) {
      world.open(lot, 'a', null);
      world.reserve(lot, `r${lot}`);
    }
    const index = world.restarted();
    expect([1, 2, 3].map(() => world.overdue(index).asked.length)).toEqual([16, 4, 0]);
    world.clock.ms += 10;
    expect(world.overdue(index).lots).toHaveLength(16);
  });
});

describe('what is kept', () => {
  it('does not grow with keys that are gone', () => {
    const world = new StockWorld();
    for (let lot = 1; lot <= 50; lot += 1) {
      world.open(lot, 'a', null);
      world.sell(lot, `o${lot}`);
    }
    expect([...world.keep.entries.keys()]).toEqual(['package-a']);
  });
});

const step = fc.record({
  kind: fc.constantFrom(
    ...['sell', 'reserve', 'reserve', 'cancel', 'cancel', 'quarantine', 'retire', 'time'],
    ...['withdraw', 'release', 'retire key', 'expiry', 'expiry'],
  ),
  lot: fc.integer({ min: 1, max: 3 }),
  id: fc.integer({ min: 0, max: 9 }),
});

function play(world: StockWorld, { kind, lot, id }: { kind: string; lot: number; id: number }): void {
  if (kind === 'sell') world.sell(lot, `o${id}`);
  if (kind === 'reserve') world.reserve(lot, `r${id}`);
  if (kind === 'cancel') world.cancel(lot, `r${id}`);
  if (kind === 'quarantine') world.cancel(lot, `r${id}`, 'quarantine');
  if (kind === 'retire' && id === 0) world.record(lot, decide.retireFreeKeys(world.lots.get(lot)!, 'test'));
  const slot = id % world.lots.get(lot)!.slots.size;
  if (kind === 'withdraw') world.handle(lot, (state) => quarantineKey(state, { slot, reason: 'test' }));
  if (kind === 'release') world.handle(lot, (state) => releaseKey(state, { slot, at: iso(world.clock.ms) }));
  if (kind === 'retire key') world.handle(lot, (state) => retireKey(state, { slot, reason: 'test' }));
  if (kind === 'expiry') {
    const expiresAt = id < 3 ? null : iso(900 + id * 100);
    world.handle(lot, (state) => changeKey(state, { slot, expiresAt }));
  }
  // As in a command, the time is never before the last event of what is decided on.
  if (kind === 'time') world.clock.ms = Math.max(world.lastEventMs, world.clock.ms + id * 50 - 200);
}

const lotExpiries = fc.array(fc.constantFrom(null, 1100, 1300, 5000), { minLength: 1, maxLength: 3 });

test('the index agrees with the lots, whatever happens and also after a restart', () => {
  fc.assert(
    fc.property(
      fc.tuple(lotExpiries, lotExpiries, lotExpiries),
      fc.array(step, { minLength: 20, maxLength: 80, size: 'max' }),
      (lots, steps) => {
        const world = new StockWorld();
        lots.forEach((expiries, index) => {
          world.open(index + 1, 'a', ...expiries);
        });
        for (const one of steps) {
          play(world, one);
          const terms = { nowMs: world.clock.ms, cooldownMs: 0 };
          const slots = [...world.lots.values()].flatMap((lot) => [...lot.slots]);
          const free = slots.filter(
            (slot) => slot.status === 'free' && (slot.expiresAtMs ?? Infinity) > terms.nowMs,
          );
          const reserved = slots.filter((slot) => slot.status === 'reserved');
          const offering = [...world.lots].filter(([, lot]) => decide.nextOffer(lot, terms) !== null);
          for (const index of [world.index, world.restarted()]) {
            expect(index.available('a')).toBe(free.length);
            expect(index.reserved('a')).toBe(reserved.length);
            expect(world.overdue(index).lots).toEqual(
              [...world.lots.keys()].filter((lot) => (world.earliest(lot) ?? '9') <= iso(world.clock.ms)),
            );
            expect(world.candidates('a', index).sort()).toEqual(offering.map(([number]) => number).sort());
          }
          expect(world.candidates('a', world.restarted())).toEqual(world.candidates());
        }
      },
    ),
    { numRuns: 100 },
  );
});
