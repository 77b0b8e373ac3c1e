import { setFlagsFromString } from 'node:v8';
import type { StreamAppend } from '../../src/platform/event-store/event-store.js';
import { SaleWorld } from '../support/sale-world.js';

setFlagsFromString('--allow-natives-syntax');
/** Whether V8 keeps two objects as of one kind, with their properties at the same places. */
const areOfOneKind = new Function('a', 'b', 'return %HaveSameMap(a, b)') as (a: object, b: object) => boolean;

/** Runs after which V8 has made its code for what it met. */
const WARM = 60;

/**
 * V8 of Node 20 gives an object a kind of its own where properties are added to a spread copy, as in `{...copied, added}`.
 * Making one takes as long as deciding a step of a sale, and so does each look at it.
 */
it('events of a type are objects of one kind', async () => {
  const world = await SaleWorld.create({ lots: [200], fundsMinor: 900_000n, commissionPercent: '7' });
  const node = world.node();
  const bodies = new Map<string, object[]>();
  const append = node.store.append.bind(node.store);
  jest.spyOn(node.store, 'append').mockImplementation((batch: readonly StreamAppend[]) => {
    for (const { type, body } of batch.flatMap(({ events }) => events)) {
      bodies.set(type, [...(bodies.get(type) ?? []), body!]);
    }
    return append(batch);
  });
  for (let order = 0; order < WARM; order += 1) await node.buy(`bought ${order}`);
  const bought = [...bodies.keys()];
  const kinds = (): [string, boolean][] =>
    [...bodies].map(([type, made]) => [type, areOfOneKind(made.at(-1)!, made.at(-2)!)]);
  expect(bought).toEqual(expect.arrayContaining(['OrderClaimed', 'FundsHeld', 'KeySold', 'FundsCredited']));
  expect(kinds()).toEqual(bought.map((type) => [type, true]));

  bodies.clear();
  for (let order = 0; order < WARM; order += 1) {
    const reserved = await node.reserve();
    if ('code' in reserved) throw new Error(reserved.code);
    await node.confirm(reserved.keyNumber, `confirmed ${order}`);
  }
  expect(bodies.has('KeyReserved')).toBe(true);
  expect(kinds().filter(([, isOne]) => !isOne)).toEqual([]);
});
