import { CommandBus, CqrsModule } from '@nestjs/cqrs';
import { Test } from '@nestjs/testing';
import { ManualClock } from '../../../test/support/manual-clock.js';
import { MemoryEventStore } from '../../../test/support/memory-event-store.js';
import { MemoryKeyStore } from '../../../test/support/memory-key-store.js';
import { memoryThrottles } from '../../../test/support/memory-throttles.js';
import { AccountSource } from '../../platform/auth/account-source.js';
import { Sequencer } from '../../platform/execution/sequencer.js';
import { type CommandContext, Executor } from '../../platform/execution/transaction.js';
import { Clock } from '../../platform/kernel/clock.js';
import { Ids, SystemIds } from '../../platform/kernel/ids.js';
import { isRejection } from '../../platform/kernel/rejection.js';
import { KeyStore } from '../../platform/key-store/key-store.js';
import { PublicIds } from '../../platform/numbers/public-ids.js';
import { KeyedHash } from '../../platform/security/keyed-hash.js';
import { PasswordHasher } from '../../platform/security/password-hasher.js';
import { Vault } from '../../platform/security/vault.js';
import { NoSnapshots } from '../../platform/snapshots/snapshot-store.js';
import { FailureThrottles } from '../../platform/throttle/failure-throttle.js';
import {
  BlockPartner,
  PARTNERS_PROVIDERS,
  PartnerDefaults,
  type PartnerRecord,
  type PartnerResult,
  RegisterPartner,
  RegisterStaff,
  SetPartnerAccess,
  SetPartnerCurrencies,
  SetPartnerPassword,
  SetStaffPassword,
  TerminalAuthenticator,
  UpdatePartner,
} from './index.js';

const ids = new SystemIds();
const context = (): CommandContext => {
  const commandId = ids.uuid();
  return { commandId, correlationId: commandId, actor: { kind: 'system', id: 'test' }, surface: 'test' };
};
const done = (result: PartnerResult): PartnerRecord => {
  if (isRejection(result)) throw new Error(result.code);
  return result;
};

async function start() {
  const keys = new MemoryKeyStore();
  const clock = new ManualClock();
  const store = new MemoryEventStore();
  const executor = new Sequencer({ store, snapshots: new NoSnapshots(), clock, ids, namespace: 'kf' });
  const module = await Test.createTestingModule({
    imports: [CqrsModule.forRoot()],
    providers: [
      ...PARTNERS_PROVIDERS,
      { provide: Executor, useValue: executor },
      { provide: Ids, useValue: ids },
      { provide: Clock, useValue: clock },
      { provide: PublicIds, useValue: new PublicIds(executor, ids) },
      { provide: FailureThrottles, useValue: memoryThrottles(clock) },
      { provide: KeyStore, useValue: keys },
      { provide: Vault, useValue: new Vault(keys) },
      { provide: KeyedHash, useValue: await KeyedHash.open(keys) },
      { provide: PasswordHasher, useValue: new PasswordHasher(4) },
      { provide: PartnerDefaults, useValue: { billingMode: 'prepaid', creditLimit: '25.00' } },
    ],
  }).compile();
  await module.init();
  return module;
}

it('is built from what it says that it needs, and every command has its handler', async () => {
  const module = await start();
  const bus = module.get(CommandBus);
  const registered = await bus.execute(
    new RegisterPartner(context(), { name: 'PayNet', login: 'paynet', password: 'first password' }),
  );
  const { partnerId, partner } = done(registered);
  expect(partner).toMatchObject({ billingMode: 'prepaid', creditLimit: '2500' });

  const access = { allProducts: false, productIds: ['p'], packageIds: null };
  expect(
    done(await bus.execute(new SetPartnerAccess(context(), partnerId, access))).partner.access.allProducts,
  ).toBe(false);
  const currencies = { defaultCurrency: 'USD' } as const;
  expect(
    done(await bus.execute(new SetPartnerCurrencies(context(), partnerId, currencies))).partner,
  ).toMatchObject(currencies);
  expect(
    done(await bus.execute(new UpdatePartner(context(), partnerId, { name: 'PayNet AZ' }))).partner.name,
  ).toBe('PayNet AZ');
  done(await bus.execute(new SetPartnerPassword(context(), partnerId, 'second password')));
  expect(done(await bus.execute(new BlockPartner(context(), partnerId, 'fraud'))).partner.status).toBe(
    'blocked',
  );

  const staff = await bus.execute(
    new RegisterStaff(context(), {
      login: 'auditor',
      password: 'first password',
      name: 'A',
      role: 'auditor',
    }),
  );
  if (isRejection(staff)) throw new Error(staff.code);
  expect(staff.staff).toMatchObject({ publicId: 2, role: 'auditor' });
  expect(
    isRejection(await bus.execute(new SetStaffPassword(context(), staff.staffId, 'second password'))),
  ).toBe(false);
  expect(await bus.execute(new SetStaffPassword(context(), ids.uuid(), 'x'))).toMatchObject({
    code: 'StaffUnknown',
  });

  const credentials = { login: 'paynet', password: 'second password', address: '192.0.2.1' };
  expect(await module.get(TerminalAuthenticator).authenticate(credentials)).toEqual({ partnerId });
  expect(module.get(AccountSource)).toBeDefined();
  await module.close();
});
