import { type AccountNode, AccountWorld, PAYNET } from '../../../../test/support/account-world.js';
import type { Gate } from '../../../../test/support/sequential-event-store.js';
import { Stop } from '../../../../test/support/stops.js';
import { isRejection } from '../../../platform/kernel/rejection.js';
import { PartnerContact } from '../accounts/partner-contact.js';
import { Partner } from '../domain/partner.js';
import type { PartnerUpdate } from './update-partner.js';

const OLD = 'old@kiosk.example';
const NEW = 'new@kiosk.example';
/** More places than any change here has. */
const PLACES = 8;

let world: AccountWorld;
let owner: string;
let other: string;

const registered = async (login: string, email?: string): Promise<string> => {
  const made = await world.node().register({ ...PAYNET, login, email });
  if (isRejection(made)) throw new Error(made.code);
  return made.partnerId;
};
const code = (answer: unknown): string => (isRejection(answer) ? answer.code : 'done');
const set = async (node: AccountNode, partnerId: string, update: PartnerUpdate): Promise<string> =>
  code(await node.update(partnerId, update));
const written = async (partnerId: string): Promise<string | null> => {
  const { executor, secrets } = world.node();
  const state = await executor.run(world.context(), (tx) => tx.load(Partner, partnerId));
  return new PartnerContact(secrets).addressOf(partnerId, state);
};
async function recover(): Promise<void> {
  const node = world.sharedNode();
  node.follow();
  await node.directory.advanceOpenPlans();
  node.follow();
  expect(node.index.openPlans()).toEqual([]);
}

async function begin(): Promise<void> {
  world = await AccountWorld.create();
  owner = await registered('owner', OLD);
  other = await registered('other');
}
beforeEach(begin);

it('a partner is written to at its new address, and the old one is free for others at once', async () => {
  expect(await written(owner)).toBe(OLD);
  expect(await set(world.node(), owner, { email: ` ${NEW}` })).toBe('done');
  expect(await written(owner)).toBe(NEW);
  expect(await set(world.node(), other, { email: NEW.toUpperCase() })).toBe('EmailTaken');
  expect(await set(world.node(), other, { email: OLD })).toBe('done');
  expect(await set(world.node(), owner, { email: OLD })).toBe('EmailTaken');
  expect([await written(owner), await written(other)]).toEqual([NEW, OLD]);
});

it('an address that was given up can be taken up again, while nobody else has it', async () => {
  for (const email of [NEW, OLD, NEW]) expect(await set(world.node(), owner, { email })).toBe('done');
  expect(await set(world.node(), other, { email: NEW })).toBe('EmailTaken');
  expect(await set(world.node(), owner, { email: null })).toBe('done');
  expect(await written(owner)).toBeNull();
  expect(await set(world.node(), other, { email: NEW })).toBe('done');
  expect(await set(world.node(), owner, { email: null })).toBe('done');
});

it('the address that a partner has, and the same command again, change nothing', async () => {
  const before = world.store.events.length;
  expect(await set(world.node(), owner, { email: OLD.toUpperCase() })).toBe('done');
  expect(world.store.events.length).toBe(before);
  const context = world.context();
  for (let time = 0; time < 2; time += 1) await world.node().update(owner, { email: NEW }, context);
  expect(world.typesIn(owner).filter((type) => type === 'PartnerEmailChanged')).toHaveLength(1);
});

it('no address, and an address or a key of somebody else, leave everything as it was', async () => {
  await set(world.node(), other, { email: NEW, apiKey: 'the-key-of-another' });
  const before = world.store.events.length;
  const change = { name: 'Another' };
  expect(await set(world.node(), owner, { ...change, email: 'nowhere' })).toBe('InvalidField');
  expect(await set(world.node(), owner, { ...change, email: NEW })).toBe('EmailTaken');
  const key = { apiKey: 'the-key-of-another', email: 'third@kiosk.example' };
  expect(await set(world.node(), owner, { ...change, ...key })).toBe('ApiKeyTaken');
  expect(world.store.events.length).toBe(before);
});

it('neither address stands in clear in the log', async () => {
  await set(world.node(), owner, { email: NEW });
  expect(JSON.stringify(world.store.events.map(({ data }) => data.toString()))).not.toMatch(/kiosk\.example/);
});

it.each(Array.from({ length: PLACES }, (_, place) => place))(
  'a change that dies at place %i is finished or was never begun',
  async (place) => {
    const stop = new Stop(place, 'crash');
    const change = world.sharedNode(stop.gate).update(owner, { email: NEW });
    await Promise.race([change, stop.reached]);
    await recover();
    const has = await written(owner);
    expect([OLD, NEW]).toContain(has);
    expect(await set(world.node(), other, { email: has! })).toBe('EmailTaken');
    expect(await set(world.node(), other, { email: has === OLD ? NEW : OLD })).toBe('done');
  },
);

const after =
  (turns: number): Gate =>
  async () => {
    for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    return 'continue';
  };

it('of two that want a free address on two nodes one gets it, also if one of them had it before', async () => {
  for (let pauses = 0; pauses < 12; pauses += 1) {
    await begin();
    await set(world.node(), owner, { email: NEW });
    const [first, second] = [world.sharedNode(after(pauses)), world.sharedNode(after(12 - pauses))];
    const answers = await Promise.all([
      set(first, owner, { email: OLD }),
      set(second, other, { email: OLD }),
    ]);
    expect(answers.toSorted()).toEqual(['EmailTaken', 'done']);
    const got = answers[0] === 'done' ? [OLD, null] : [NEW, OLD];
    expect([await written(owner), await written(other)]).toEqual(got);
  }
});

it('nobody frees an address that its partner is taking up again', async () => {
  for (let place = 0; place < PLACES; place += 1) {
    await begin();
    await set(world.node(), owner, { email: NEW });
    const stop = new Stop(place, 'pause');
    const back = set(world.sharedNode(stop.gate), owner, { email: OLD });
    await Promise.race([back, stop.reached]);
    const taken = await set(world.sharedNode(), other, { email: OLD });
    stop.resume();
    expect([await back, taken].sort()).toEqual(['EmailTaken', 'done']);
    const has = [await written(owner), await written(other)];
    expect(has).toEqual(taken === 'done' ? [NEW, OLD] : [OLD, null]);
  }
});
