import { type AccountNode, AccountWorld, PAYNET } from '../../../../test/support/account-world.js';
import type { Gate } from '../../../../test/support/sequential-event-store.js';
import { isRejection } from '../../../platform/kernel/rejection.js';

const HOUR_MS = 3_600_000;
const OLD = 'the-key-of-before';
const NEW = 'the-key-of-now';

let world: AccountWorld;
let owner: string;
let other: string;

const registered = async (node: AccountNode, login: string, apiKey?: string): Promise<string> => {
  const made = await node.register({ ...PAYNET, login, apiKey });
  if (isRejection(made)) throw new Error(made.code);
  return made.partnerId;
};
const set = (node: AccountNode, partnerId: string, apiKey: string, overlapHours = 0) =>
  node.update(partnerId, { apiKey, overlapHours });
const holder = async (apiKey: string) => (await world.node().directory.findByApiKey(apiKey))?.id ?? null;

beforeEach(async () => {
  world = await AccountWorld.create();
  owner = await registered(world.node(), 'owner', OLD);
  other = await registered(world.node(), 'other');
});

it('a replaced key is its partner’s until the overlap ends, to the millisecond', async () => {
  await set(world.node(), owner, NEW, 1);
  world.clock.advance(HOUR_MS - 1);
  expect(await holder(OLD)).toBe(owner);
  expect(await set(world.node(), other, OLD)).toMatchObject({ code: 'ApiKeyTaken' });
  world.clock.advance(1);
  expect([await holder(OLD), await holder(NEW)]).toEqual([null, owner]);
  expect(isRejection(await set(world.node(), other, OLD))).toBe(false);
  expect(await holder(OLD)).toBe(other);
});

it('without an overlap the replaced key is free at once, also for its old partner', async () => {
  await set(world.node(), owner, NEW);
  expect(await holder(OLD)).toBeNull();
  expect(isRejection(await set(world.node(), owner, OLD))).toBe(false);
  expect([await holder(OLD), await holder(NEW)]).toEqual([owner, null]);
});

it('a key that is taken up again within its overlap stays', async () => {
  await set(world.node(), owner, NEW, 1);
  await set(world.node(), owner, OLD, 1);
  world.clock.advance(2 * HOUR_MS);
  expect([await holder(OLD), await holder(NEW)]).toEqual([owner, null]);
  expect(await set(world.node(), other, OLD)).toMatchObject({ code: 'ApiKeyTaken' });
});

it('two that want a free key at once on two nodes: one gets it, also if one of them had it before', async () => {
  for (let pauses = 0; pauses < 12; pauses += 1) {
    world = await AccountWorld.create();
    owner = await registered(world.node(), 'owner', OLD);
    other = await registered(world.node(), 'other');
    await set(world.node(), owner, NEW);
    const waiting =
      (turns: number): Gate =>
      async () => {
        for (let i = 0; i < turns; i += 1) await new Promise((resolve) => setImmediate(resolve));
        return 'continue';
      };
    const [first, second] = [world.sharedNode(waiting(pauses)), world.sharedNode(waiting(12 - pauses))];
    const answers = await Promise.all([set(first, owner, OLD), set(second, other, OLD)]);
    expect(answers.filter((answer) => !isRejection(answer))).toHaveLength(1);
    expect([owner, other]).toContain(await holder(OLD));
  }
});

it('nobody frees a key that its partner is taking up again while the overlap ends', async () => {
  await set(world.node(), owner, NEW, 1);
  let resume = (): void => {};
  const resumed = new Promise<void>((resolve) => {
    resume = resolve;
  });
  let stopped = (): void => {};
  const stop = new Promise<void>((resolve) => {
    stopped = resolve;
  });
  const slow = world.sharedNode(async ({ batch, index, phase }) => {
    if (phase === 'before' && batch[index]!.stream === `kf.partner-${owner}`) {
      stopped();
      await resumed;
    }
    return 'continue';
  });
  const back = set(slow, owner, OLD, 1);
  await stop;
  world.clock.advance(2 * HOUR_MS);
  expect(await set(world.sharedNode(), other, OLD)).toMatchObject({ code: 'ApiKeyTaken' });
  resume();
  expect(isRejection(await back)).toBe(false);
  expect(await holder(OLD)).toBe(owner);
});
