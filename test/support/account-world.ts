import { AccountCredentials } from '../../src/contexts/partners/accounts/account-credentials.js';
import { AccountDirectory } from '../../src/contexts/partners/accounts/account-directory.js';
import { AccountIndex } from '../../src/contexts/partners/accounts/account-index.js';
import { AccountRegistrar } from '../../src/contexts/partners/accounts/account-registrar.js';
import { AccountSecrets } from '../../src/contexts/partners/accounts/account-secrets.js';
import { AdminAccount } from '../../src/contexts/partners/accounts/admin-account.js';
import { PartnerAccountSource } from '../../src/contexts/partners/accounts/partner-account-source.js';
import { PartnerDirectory } from '../../src/contexts/partners/accounts/partner-directory.js';
import { StaffTotp } from '../../src/contexts/partners/accounts/staff-totp.js';
import { TerminalAuthenticator } from '../../src/contexts/partners/accounts/terminal-authenticator.js';
import { RegisterPartnerHandler } from '../../src/contexts/partners/commands/register-partner.js';
import { RegisterStaffHandler } from '../../src/contexts/partners/commands/register-staff.js';
import { SetPartnerPasswordHandler } from '../../src/contexts/partners/commands/set-partner-password.js';
import { SetStaffPasswordHandler } from '../../src/contexts/partners/commands/set-staff-password.js';
import { UpdatePartnerHandler } from '../../src/contexts/partners/commands/update-partner.js';
import {
  type PartnerToRegister,
  type PartnerUpdate,
  RegisterPartner,
  UpdatePartner,
} from '../../src/contexts/partners/index.js';
import { AuthService } from '../../src/platform/auth/auth-service.js';
import { RevokedSessions } from '../../src/platform/auth/revoked-sessions.js';
import { Tokens } from '../../src/platform/auth/tokens.js';
import type { EventStore } from '../../src/platform/event-store/event-store.js';
import { openExecutor } from '../../src/platform/execution/open-executor.js';
import type { CommandContext, Executor } from '../../src/platform/execution/transaction.js';
import { type LocalIndex, StoredIndexedEvent } from '../../src/platform/indexes/local-index.js';
import { SystemIds } from '../../src/platform/kernel/ids.js';
import { PublicIds } from '../../src/platform/numbers/public-ids.js';
import { KeyedHash } from '../../src/platform/security/keyed-hash.js';
import { MasterKey } from '../../src/platform/security/master-key.js';
import { PasswordHasher } from '../../src/platform/security/password-hasher.js';
import { Vault } from '../../src/platform/security/vault.js';
import { NoSnapshots } from '../../src/platform/snapshots/snapshot-store.js';
import { MemoryThrottles } from '../../src/platform/throttle/embedded/memory-throttles.js';
import { MemoryKeep } from './index-keep.js';
import { ManualClock } from './manual-clock.js';
import { MemoryEventStore } from './memory-event-store.js';
import { MemoryKeyStore } from './memory-key-store.js';
import { type Gate, SequentialEventStore } from './sequential-event-store.js';

const CHEAPEST_BCRYPT = 4;

export const PAYNET: PartnerToRegister = {
  name: 'PayNet Azerbaijan',
  login: 'paynet',
  password: 'secure_password',
};

/** One process: its own caches over the world's store. */
export class AccountNode {
  readonly executor: Executor;
  readonly index = new AccountIndex();
  readonly revoked = new RevokedSessions();
  readonly partners: PartnerDirectory;
  readonly directory: AccountDirectory;
  readonly credentials: AccountCredentials;
  readonly terminals: TerminalAuthenticator;
  readonly auth: AuthService;
  readonly admin: AdminAccount;
  readonly totp: StaffTotp;
  readonly secrets: AccountSecrets;
  private readonly registrations: RegisterPartnerHandler;
  private readonly updates: UpdatePartnerHandler;
  private readonly keeps = new Map<LocalIndex, MemoryKeep>();
  private followed = 0n;

  constructor(
    private readonly world: AccountWorld,
    readonly store: EventStore,
    hashes: KeyedHash,
  ) {
    const { clock, ids, keys, hasher } = world;
    this.executor = openExecutor({ store, snapshots: new NoSnapshots(), clock, ids, namespace: 'kf' });
    const throttles = new MemoryThrottles(clock);
    const secrets = new AccountSecrets(new Vault(keys), hashes, hasher);
    this.secrets = secrets;
    const registrar = new AccountRegistrar(this.executor, ids, new PublicIds(this.executor, ids), secrets);
    const defaults = { billingMode: 'postpaid', creditLimit: null } as const;
    this.registrations = new RegisterPartnerHandler(ids, registrar, defaults);
    this.updates = new UpdatePartnerHandler(this.executor, ids, secrets);
    this.partners = new PartnerDirectory(this.executor, ids);
    this.directory = new AccountDirectory(this.executor, ids, secrets, this.index);
    this.credentials = new AccountCredentials(
      this.executor,
      ids,
      clock,
      this.directory,
      secrets,
      this.index,
      throttles,
    );
    this.terminals = new TerminalAuthenticator(this.credentials);
    this.totp = new StaffTotp(clock, secrets, throttles);
    const source = new PartnerAccountSource(this.executor, ids, this.credentials, this.totp, this.index);
    const tokens = new Tokens(world.master, clock);
    this.auth = new AuthService(this.executor, ids, source, tokens, hashes, this.revoked, clock, throttles);
    this.admin = new AdminAccount(
      ids,
      this.directory,
      new RegisterStaffHandler(this.executor, registrar),
      new SetStaffPasswordHandler(this.executor, secrets),
      new SetPartnerPasswordHandler(this.updates),
    );
  }

  register(partner: Partial<PartnerToRegister> = {}, context = this.world.context()) {
    return this.registrations.execute(new RegisterPartner(context, { ...PAYNET, ...partner }));
  }

  update(partnerId: string, update: PartnerUpdate, context = this.world.context()) {
    return this.updates.execute(new UpdatePartner(context, partnerId, update));
  }

  authenticate(password = PAYNET.password, login = PAYNET.login, address = '192.0.2.1') {
    return this.terminals.authenticate({ login, password, address });
  }

  /** Brings this node's indexes up to the end of the log. */
  follow(): void {
    for (const stored of this.world.store.readAll(this.followed)) {
      const event = new StoredIndexedEvent(stored, 'kf.'.length);
      for (const index of [this.index, this.partners, this.revoked]) {
        if (index.categories.includes(event.category)) index.apply(event, this.keepOf(index));
      }
      this.followed = stored.position;
    }
  }

  /** What an index would find on disk after a restart. */
  keepOf(index: LocalIndex): MemoryKeep {
    const keep = this.keeps.get(index) ?? new MemoryKeep();
    this.keeps.set(index, keep);
    return keep;
  }
}

/** One store of accounts and any number of nodes over it. */
export class AccountWorld {
  readonly store = new MemoryEventStore();
  readonly clock = new ManualClock();
  readonly ids = new SystemIds(() => this.clock.now());
  readonly keys = new MemoryKeyStore();
  readonly master = MasterKey.generate();
  readonly hasher = new PasswordHasher(CHEAPEST_BCRYPT);

  private constructor(private readonly hashes: () => KeyedHash) {}

  static async create(): Promise<AccountWorld> {
    let hashes: KeyedHash | null = null;
    const world = new AccountWorld(() => hashes!);
    hashes = await KeyedHash.open(world.keys);
    return world;
  }

  context(): CommandContext {
    const commandId = this.ids.uuid();
    return { commandId, correlationId: commandId, actor: { kind: 'staff', id: 'test' }, surface: 'test' };
  }

  /** A process on the embedded engine. */
  node(): AccountNode {
    return new AccountNode(this, this.store, this.hashes());
  }

  /** A process on a shared engine, which applies batches stream by stream. */
  sharedNode(gate?: Gate): AccountNode {
    return new AccountNode(this, new SequentialEventStore(this.store, gate), this.hashes());
  }

  /** All stored events as `type` in order, of the streams whose names contain `part`. */
  typesIn(part: string): string[] {
    return this.store.events.filter(({ stream }) => stream.includes(part)).map(({ type }) => type);
  }
}
