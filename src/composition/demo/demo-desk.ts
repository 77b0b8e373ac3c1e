import type { INestApplicationContext } from '@nestjs/common';
import { type Command, CommandBus, type Query, QueryBus } from '@nestjs/cqrs';
import { StockIndex } from '../../contexts/inventory/index.js';
import { type OrderIdForm, OrderNumbers } from '../../contexts/ordering/index.js';
import { AccountDirectory, Partner, type PartnerState } from '../../contexts/partners/index.js';
import { type CommandContext, Executor } from '../../platform/execution/transaction.js';
import type { Aggregate, DomainEvent } from '../../platform/kernel/aggregate.js';
import { Ids } from '../../platform/kernel/ids.js';
import { isRejection, type Rejection } from '../../platform/kernel/rejection.js';
import { MasterKey } from '../../platform/security/master-key.js';

const KINDS = { supplier: 'd1', category: 'd2', product: 'd3', package: 'd4' } as const;
const PASSWORD_BYTES = 15;

/**
 * The fixed UUID of a piece of demo data. Number 0 is the sandbox's. As the ids are fixed, what is there already is
 * found without anything stored about it, and making it again changes nothing.
 */
export const demoId = (kind: keyof typeof KINDS, number: number): string =>
  `00000000-0000-7000-8000-${KINDS[kind]}${number.toString(16).padStart(10, '0')}`;

/** Runs the commands of the demo data: the ones that users run. */
export class DemoDesk {
  readonly executor: Executor;
  readonly stock: StockIndex;
  readonly bus: CommandBus;
  private readonly ids: Ids;
  private readonly directory: AccountDirectory;

  constructor(readonly app: INestApplicationContext) {
    this.executor = app.get(Executor);
    this.stock = app.get(StockIndex);
    this.bus = app.get(CommandBus);
    this.ids = app.get(Ids);
    this.directory = app.get(AccountDirectory);
  }

  /** Password of every demo partner: the same at each start, stored nowhere in clear. */
  get password(): string {
    const secret = this.app.get(MasterKey).derive('demo-password');
    return secret.subarray(0, PASSWORD_BYTES).toString('base64url');
  }

  /** @param commandId a fixed one makes a registration repeatable; default: a new one. */
  context(commandId: string = this.ids.uuid()): CommandContext {
    return { commandId, correlationId: commandId, actor: { kind: 'system', id: 'demo' }, surface: 'cli' };
  }

  /** The command's result. @throws when it is refused, which demo data must not be. */
  async run<R>(command: Command<R>): Promise<Exclude<R, Rejection>> {
    const result: unknown = await this.bus.execute(command);
    if (isRejection(result)) {
      throw new Error(`${command.constructor.name} was refused: ${result.code}`);
    }
    return result as Exclude<R, Rejection>;
  }

  query<R>(query: Query<R>): Promise<R> {
    return this.app.get(QueryBus).execute(query);
  }

  async orderIdForm(): Promise<OrderIdForm> {
    return this.app.get(OrderNumbers).idForm();
  }

  load<S, E extends DomainEvent>(aggregate: Aggregate<S, E>, id: string): Promise<S> {
    return this.executor.run(this.context(), (tx) => tx.load(aggregate, id));
  }

  /** The partner with this login, if it is the demo's: it also has the demo's name for it. */
  async findPartner(login: string, name: string): Promise<{ id: string; state: PartnerState } | null> {
    const account = await this.directory.findByLogin(login);
    if (account?.kind !== 'partner') return null;
    const state = await this.load(Partner, account.id);
    return state.name === name ? { id: account.id, state } : null;
  }
}
