import { AccountWorld } from '../../../../test/support/account-world.js';
import { Stop } from '../../../../test/support/stops.js';
import { isRejection } from '../../../platform/kernel/rejection.js';
import { Claim } from '../domain/claim.js';
import type { ClaimEvent } from '../events/claim.events.js';
import type { PartnerResult } from './partner-result.js';

/** More places than any registration here has. */
const PLACES = 14;
const CONTACTS = { email: 'a@b.az', phone: '+994501234567', apiKey: 'unique-api-key-string' };
const code = (result: PartnerResult): string => (isRejection(result) ? result.code : 'registered');
const KINDS = ['login-', 'email-', 'phone-', 'apikey-'];

let world: AccountWorld;
beforeEach(async () => {
  world = await AccountWorld.create();
});

/** Finishes what is open, then checks that each held value belongs to an account that exists and holds them all. */
async function auditAfterRecovery(): Promise<void> {
  const node = world.sharedNode();
  for (let round = 0; round < 2; round += 1) {
    node.follow();
    await node.directory.advanceOpenPlans();
  }
  node.follow();
  expect(node.index.openPlans()).toEqual([]);
  const registered = new Set<string>();
  for (const { stream, type } of world.store.events) {
    const id = stream.slice('kf.partner-'.length);
    if (type === 'PartnerRegistered') {
      expect(registered.has(id)).toBe(false);
      registered.add(id);
    }
  }
  for (const [stream, holder] of holders()) {
    if (holder && !registered.has(holder))
      throw new Error(`${stream} is held by ${holder}, who does not exist`);
  }
}

/** Who holds each claimed value: account id or null. */
function holders(): Map<string, string | null> {
  const found = new Map<string, string | null>();
  for (const stored of world.store.events) {
    if (!stored.stream.startsWith('kf.claim-')) continue;
    const event = { type: stored.type, data: JSON.parse(stored.data.toString()) } as ClaimEvent;
    const { holder } = Claim.evolve(Claim.initial, event, stored);
    found.set(stored.stream, holder?.account.id ?? null);
  }
  return found;
}

const places = Array.from({ length: PLACES }, (_, place) => place);

it.each(places)('a registration that dies at place %i is finished or was never begun', async (place) => {
  const stop = new Stop(place, 'crash');
  const dying = world.sharedNode(stop.gate);
  const context = world.context();
  const registering = dying.register(CONTACTS, context);
  await Promise.race([registering, stop.reached]);
  await auditAfterRecovery();
  // The retry of the same command finds its own work or starts afresh.
  expect(code(await world.sharedNode().register(CONTACTS, context))).toBe('registered');
  await auditAfterRecovery();
  expect(world.typesIn('.partner-').filter((type) => type === 'PartnerRegistered')).toHaveLength(1);
});

it.each(places)(
  'an executor paused at place %i and overtaken by recovery does nothing twice',
  async (place) => {
    const stop = new Stop(place, 'pause');
    const context = world.context();
    const paused = world.sharedNode(stop.gate).register(CONTACTS, context);
    await Promise.race([paused, stop.reached]);
    await auditAfterRecovery();
    const retried = await world.sharedNode().register(CONTACTS, context);
    stop.resume();
    const first = await paused;
    expect([code(first), code(retried)]).toEqual(['registered', 'registered']);
    expect((first as { partnerId: string }).partnerId).toBe((retried as { partnerId: string }).partnerId);
    await auditAfterRecovery();
  },
);

it.each(places)(
  'two that want each other’s values, one paused at place %i: never half an account',
  async (place) => {
    const stop = new Stop(place, 'pause');
    const paused = world.sharedNode(stop.gate).register({ ...CONTACTS, login: 'first' });
    await Promise.race([paused, stop.reached]);
    const second = await world.sharedNode().register({ login: 'second', email: CONTACTS.email });
    await auditAfterRecovery();
    stop.resume();
    const results = [code(await paused), code(second)];
    expect(results.filter((result) => result === 'registered')).toHaveLength(1);
    expect(results.filter((result) => result === 'EmailTaken')).toHaveLength(1);
    await auditAfterRecovery();
  },
);

describe('when another one takes the phone after login and e-mail were claimed', () => {
  /** Places of the undo: before it, after the refusal in the account's stream, after each release. */
  const UNDO_PLACES = [0, 1, 2, 3];
  /** Pauses after the e-mail, then again (or dies) at a place of the undo. */
  async function lose(place: number, how: 'pause' | 'crash') {
    const afterEmail = new Stop(2, 'pause');
    const inUndo = new Stop(place, how);
    let undoing = false;
    const node = world.sharedNode(async (at) => {
      const types = at.batch.flatMap(({ events }) => events.map(({ type }) => type));
      undoing ||= types.includes('PartnerRegistrationRefused');
      if (undoing) return inUndo.gate(at);
      return types[0] === 'LoginClaimed' ? afterEmail.gate(at) : 'continue';
    });
    const losing = node.register({ ...CONTACTS, login: 'first' });
    await afterEmail.reached;
    expect(code(await world.sharedNode().register({ login: 'second', phone: CONTACTS.phone }))).toBe(
      'registered',
    );
    afterEmail.resume();
    await inUndo.reached;
    return { losing, inUndo };
  }

  it.each(UNDO_PLACES)('whoever finds an undo that died at place %i finishes it', async (place) => {
    await lose(place, 'crash');
    await auditAfterRecovery();
    expect(code(await world.sharedNode().register({ login: 'first' }))).toBe('registered');
  });

  it.each(UNDO_PLACES)('an undo paused at place %i and overtaken answers the refusal', async (place) => {
    const { losing, inUndo } = await lose(place, 'pause');
    await auditAfterRecovery();
    expect(code(await world.sharedNode().register({ login: 'first' }))).toBe('registered');
    inUndo.resume();
    // By now the login is another's as well.
    expect(code(await losing)).toMatch(/^(Phone|Login)Taken$/);
    await auditAfterRecovery();
  });
});

it('claims are taken in the fixed order of their kinds', async () => {
  await world.sharedNode().register(CONTACTS);
  const order = world.store.events
    .filter(({ stream }) => stream.startsWith('kf.claim-'))
    .map(({ stream }) => KINDS.findIndex((kind) => stream.startsWith(`kf.claim-${kind}`)));
  expect(order).toEqual([0, 1, 2, 3]);
});
