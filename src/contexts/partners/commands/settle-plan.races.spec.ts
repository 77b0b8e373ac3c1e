import fc from 'fast-check';
import { AccountWorld } from '../../../../test/support/account-world.js';
import type { SequentialEventStore } from '../../../../test/support/sequential-event-store.js';
import { isRejection } from '../../../platform/kernel/rejection.js';
import { Claim } from '../domain/claim.js';
import type { AccountRef, ClaimEvent } from '../events/claim.events.js';
import type { PartnerEvent } from '../events/partner.events.js';
import { type AccountPlan, holderOf, settlePlan } from './settle-plan.js';

const RUNS = 150;
const NODES = 3;
const CRASH_PER_PLACE = 0.04;

/** Few values, so that nearly every registration meets another one. */
const registration = fc.record({
  node: fc.nat(NODES - 1),
  /** Two of the same number are tries of one command. */
  command: fc.nat(4),
  login: fc.constantFrom('a', 'b', 'c'),
  email: fc.option(fc.constantFrom('a', 'b'), { nil: null }),
  phone: fc.option(fc.constantFrom('a', 'b'), { nil: null }),
});
type Registration = {
  node: number;
  command: number;
  login: string;
  email: string | null;
  phone: string | null;
};

function planFor(world: AccountWorld, { command, login, email, phone }: Registration): AccountPlan {
  const account: AccountRef = { kind: 'partner', id: world.ids.uuid() };
  const planId = `command-${command}`;
  const claims = [
    `login-${login}`,
    ...(email ? [`email-${email}`] : []),
    ...(phone ? [`phone-${phone}`] : []),
  ];
  const contact = email && { sealed: '', hash: email };
  const data = { planId, publicId: 1, login, email: contact };
  const events = [{ type: 'PartnerRegistered', data } as PartnerEvent];
  return { planId, account, claims, events };
}

/** A small generator, so that one number repeats a whole history. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const turns = async (count: number): Promise<void> => {
  for (let i = 0; i < count; i += 1) await new Promise((resolve) => setImmediate(resolve));
};

function eventsOf(world: AccountWorld, stream: string): string[] {
  return world.store.readStream(stream).map(({ type }) => type);
}

function storedHolder(world: AccountWorld, id: string): string | null {
  let state = Claim.initial;
  for (const stored of world.store.readStream(`kf.claim-${id}`)) {
    const event = { type: stored.type, data: JSON.parse(stored.data.toString()) } as ClaimEvent;
    state = Claim.evolve(state, event, stored);
  }
  return state.holder?.account.id ?? null;
}

async function race(registrations: readonly Registration[], seed: number): Promise<void> {
  const world = await AccountWorld.create();
  const random = randomFrom(seed);
  const shared = (crashes: boolean) =>
    world.sharedNode(async () => {
      await turns(Math.floor(random() * 4));
      return crashes && random() < CRASH_PER_PLACE ? 'crash' : 'continue';
    });
  const nodes = Array.from({ length: NODES }, () => shared(true));
  const plans = registrations.map((wanted) => planFor(world, wanted));
  const answers = plans.map(async (plan, index) => {
    await turns(Math.floor(random() * 6));
    const node = nodes[registrations[index]!.node]!;
    const answer = node.executor.run(world.context(), (tx) => settlePlan(tx, plan) ?? 'registered');
    const crashed = (node.store as SequentialEventStore).whenCrashed.then(() => 'crashed' as const);
    return Promise.race([answer, crashed]);
  });
  const recovery = shared(false);
  const recovering = (async () => {
    for (let round = 0; round < 4; round += 1) {
      await turns(5);
      recovery.follow();
      await recovery.directory.advanceOpenPlans();
    }
  })();
  const settled = await Promise.all(answers);
  await recovering;
  recovery.follow();
  await recovery.directory.advanceOpenPlans();
  recovery.follow();
  expect(recovery.index.openPlans()).toEqual([]);
  // A value that a dying executor took after its plan was undone is freed by whoever asks for it next.
  for (const id of new Set(plans.flatMap(({ claims }) => claims))) {
    await recovery.executor.run(world.context(), (tx) => holderOf(tx, id));
  }

  for (const [index, { account, claims }] of plans.entries()) {
    const stream = eventsOf(world, `kf.partner-${account.id}`);
    expect([[], ['PartnerRegistered'], ['PartnerRegistrationRefused']]).toContainEqual(stream);
    const exists = stream[0] === 'PartnerRegistered';
    // An account that exists holds all its values, another one holds none.
    for (const id of claims) expect(storedHolder(world, id) === account.id).toBe(exists);
    const answer = settled[index]!;
    if (answer !== 'crashed') expect(isRejection(answer)).toBe(!exists);
  }
}

it('however registrations, crashes and recovery interleave, an account holds all its values or none', async () => {
  await fc.assert(fc.asyncProperty(fc.array(registration, { minLength: 2, maxLength: 7 }), fc.nat(), race), {
    numRuns: RUNS,
  });
}, 60_000);
