import { Turns } from './turns.js';

const PIECE_MS = 1;

describe('the turns of requests', () => {
  let turns: Turns;

  beforeEach(() => {
    turns = new Turns();
  });

  /** Pieces of work of a millisecond each. @returns how many turns of the event loop they took */
  async function turnsFor(pieces: number, eachTurn: () => void = () => undefined): Promise<number> {
    let [count, running] = [0, true];
    const watch = (): void => {
      count += 1;
      eachTurn();
      if (running) setImmediate(watch);
    };
    setImmediate(watch);
    const done = Array.from({ length: pieces }, () =>
      turns.run(() => {
        const end = performance.now() + PIECE_MS;
        while (performance.now() < end);
      }),
    );
    await Promise.all(done);
    running = false;
    return count;
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
