import { Turns } from './turns.js';

const PIECE_MS = 1;

/** Counts the turns of the event loop until it is stopped. */
function watchTurns(eachTurn: () => void = () => undefined): { count: number; readonly stop: () => void } {
  let running = true;
  const watched = {
    count: 0,
    stop: () => {
      running = false;
    },
  };
  const watch = (): void => {
    watched.count += 1;
    eachTurn();
    if (running) setImmediate(watch);
  };
  setImmediate(watch);
  return watched;
}

/** However busy the machine is, no turn's time is over. */
const stoppedClock = () => jest.spyOn(performance, 'now').mockReturnValue(0);

describe('the turns of requests', () => {
  let turns: Turns;

  beforeEach(() => {
    turns = new Turns();
  });

  /** Pieces of work of a millisecond each. @returns how many turns of the event loop they took */
  async function turnsFor(pieces: number, eachTurn?: () => void): Promise<number> {
    const watched = watchTurns(eachTurn);
    const done = Array.from({ length: pieces }, () =>
      turns.run(() => {
        const end = performance.now() + PIECE_MS;
        while (performance.now() < end);
      }),
    );
    await Promise.all(done);
    watched.stop();
    return watched.count;
  }

  it('come in the order of the requests, each with its own outcome', async () => {
    const order: number[] = [];
    const outcomes = await Promise.allSettled([
      turns.run(() => order.push(1)),
      turns.run(async () => {
        order.push(2);
        throw new Error('later');
      }),
      turns.run(() => {
        order.push(3);
        throw new Error('at once');
      }),
      turns.run(() => order.push(4)),
    ]);
    expect(order).toEqual([1, 2, 3, 4]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
  });

  it('let others in after a while, and not after each piece', async () => {
    const count = await turnsFor(200);
    expect(count).toBeGreaterThanOrEqual(4);
    expect(count).toBeLessThan(20);
  });

  it('are as short as can be while connections come in', async () => {
    const count = await turnsFor(40, turns.accepted);
    expect(count).toBeGreaterThanOrEqual(39);
  });

  it.each([
    [100, [50, 50]],
    [40, [32, 8]],
    [32, [32]],
  ])('of %i requests under way %j are begun in one turn after the other', async (requests, expected) => {
    const clock = stoppedClock();
    const watched = watchTurns();
    const begun = new Map<number, number>();
    const commit = async (): Promise<void> => {
      const turn = watched.count;
      begun.set(turn, (begun.get(turn) ?? 0) + 1);
      while (watched.count < turn + 5) await new Promise(setImmediate);
    };
    await Promise.all(Array.from({ length: requests }, () => turns.run(commit)));
    watched.stop();
    clock.mockRestore();
    expect([...begun.values()]).toEqual(expected);
  });

  it('count no request as under way whose outcome is known', async () => {
    await Promise.allSettled(
      Array.from({ length: 100 }, (_, index) =>
        turns.run(() => {
          if (index % 2 === 0) throw new Error('refused');
        }),
      ),
    );
    const clock = stoppedClock();
    const watched = watchTurns();
    const begun: number[] = [];
    await Promise.all(Array.from({ length: 40 }, () => turns.run(() => begun.push(watched.count))));
    watched.stop();
    clock.mockRestore();
    expect(begun.filter((of) => of === begun[0])).toHaveLength(32);
  });

  it('keep nothing of what was worked on, though some requests always wait', async () => {
    let begun = 0;
    const ask = (): void => {
      if (begun >= 2000) return;
      void turns.run(async () => {
        begun += 1;
        await new Promise(setImmediate);
        ask();
      });
    };
    for (let client = 0; client < 100; client += 1) ask();
    let most = 0;
    const watched = watchTurns(() => {
      most = Math.max(most, (turns as unknown as { waiting: unknown[] }).waiting.length);
    });
    while (begun < 2000) await new Promise(setImmediate);
    watched.stop();
    expect(most).toBeLessThanOrEqual(200);
  });

  it('what is asked for in a turn is done after what waits', async () => {
    const order: string[] = [];
    const first = turns.run(() => {
      order.push('first');
      return turns.run(() => order.push('asked for'));
    });
    await Promise.all([first, turns.run(() => order.push('second'))]);
    expect(order).toEqual(['first', 'second', 'asked for']);
  });
});
