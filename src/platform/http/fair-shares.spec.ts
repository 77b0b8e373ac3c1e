import { FairShares } from './fair-shares.js';

/** Whether the turn has come by now. */
async function hasTurn(turn: Promise<unknown> | null): Promise<boolean> {
  const none = Symbol();
  return (await Promise.race([turn, new Promise((resolve) => setImmediate(resolve, none))])) !== none;
}

it('lets a few of each client in, the others in their order', async () => {
  const shares = new FairShares(2, 10);
  const first = await shares.enter('a')!;
  const second = await shares.enter('a')!;
  const [third, fourth] = [shares.enter('a'), shares.enter('a')];
  expect(await hasTurn(third)).toBe(false);
  expect(await hasTurn(shares.enter('b'))).toBe(true);
  second();
  expect([await hasTurn(third), await hasTurn(fourth)]).toEqual([true, false]);
  first();
  expect(await hasTurn(fourth)).toBe(true);
});

it('lets others do something between two of a client', async () => {
  const shares = new FairShares(1, 10);
  const leave = await shares.enter('a')!;
  const done: string[] = [];
  const next = shares.enter('a')!.then(() => done.push('next'));
  setImmediate(() => done.push('other'));
  leave();
  await next;
  expect(done).toEqual(['other', 'next']);
});

it('refuses what would wait behind too many, and only as long as they wait', async () => {
  const shares = new FairShares(1, 1);
  const leave = await shares.enter('a')!;
  const waiting = shares.enter('a')!;
  expect(shares.enter('a')).toBeNull();
  expect(shares.enter('b')).not.toBeNull();
  leave();
  (await waiting)();
  expect(await hasTurn(shares.enter('a'))).toBe(true);
});

it('remembers nobody who has nothing under way', async () => {
  const shares = new FairShares(1, 1);
  const leaves = await Promise.all([shares.enter('a')!, shares.enter('b')!]);
  for (const leave of leaves) leave();
  expect((shares as unknown as { shares: Map<string, unknown> }).shares.size).toBe(0);
});
