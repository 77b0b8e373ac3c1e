import { BadRequestException, Injectable } from '@nestjs/common';
import type { PartnerDocument } from '../../../../projections/partners/partners.projection.js';
import type { BalanceDocument } from '../../../../projections/wallets/balances.projection.js';
import { availableMinor, type Balance, Wallet } from '../../../contexts/wallets/index.js';
import { AuditLog } from '../../../platform/audit/audit-log.js';
import { LogTimes } from '../../../platform/audit/log-times.js';
import { EventStore, parsePosition } from '../../../platform/event-store/event-store.js';
import { type Currency, formatMinor } from '../../../platform/kernel/money.js';
import { ReadModels } from '../../../platform/projections/read-models.js';
import { instantOf } from '../business-calendar.js';

const viewOf = ({ currency, postedMinor, heldMinor, availableMinor: free }: Balance) => ({
  currency,
  balance: formatMinor(postedMinor, currency),
  held: formatMinor(heldMinor, currency),
  available: formatMinor(free, currency),
});

const nothing = (currency: Currency): Balance => ({
  currency,
  postedMinor: 0n,
  heldMinor: 0n,
  availableMinor: 0n,
});

const earlier = (a: bigint, b: bigint): bigint => (a < b ? a : b);

/** Partners' main wallets, the one of the default currency first and there even when nothing ever moved. */
@Injectable()
export class BalancesReader {
  constructor(
    private readonly models: ReadModels,
    private readonly events: EventStore,
    private readonly log: AuditLog,
    private readonly times: LogTimes,
  ) {}

  view(balance: Balance) {
    return viewOf(balance);
  }

  async now(partner: PartnerDocument) {
    const wallets = await this.wallets(partner);
    const balances = wallets.map(({ currency, posted, held, available }) => ({
      currency,
      postedMinor: BigInt(posted),
      heldMinor: BigInt(held),
      availableMinor: BigInt(available),
    }));
    return this.inOrder(partner, balances);
  }

  /** As the wallets' own streams say, up to a position of the log. */
  async at(partner: PartnerDocument, position: bigint) {
    const balances: Balance[] = [];
    for (const { _id, currency } of await this.wallets(partner)) {
      const { revision, state } = await this.log.stateAtPosition(Wallet, String(_id), position);
      if (revision < 0) continue;
      const { postedMinor, heldMinor } = state;
      balances.push({ currency, postedMinor, heldMinor, availableMinor: availableMinor(state) });
    }
    return this.inOrder(partner, balances);
  }

  /**
   * The position that a request names, itself or by a time: then it is that of the last event at or before it. What lies
   * ahead of the log is as of now. @throws 400 for a time that there is not
   */
  async positionOf(asOf: string): Promise<bigint> {
    const head = await this.events.headPosition();
    const position = parsePosition(asOf);
    if (position !== null) return earlier(position, head);
    const atMs = instantOf(asOf);
    if (Number.isNaN(atMs)) throw new BadRequestException('as_of: there is no such time');
    return this.times.positionAt(this.events, atMs);
  }

  private wallets({ _id: ownerId }: PartnerDocument): Promise<BalanceDocument[]> {
    return this.models.find<BalanceDocument>('balances', { filter: { ownerId, purpose: 'main' } });
  }

  private inOrder({ defaultCurrency }: PartnerDocument, balances: readonly Balance[]) {
    const own = balances.find(({ currency }) => currency === defaultCurrency) ?? nothing(defaultCurrency);
    const others = balances.filter((balance) => balance !== own);
    others.sort((a, b) => (a.currency < b.currency ? -1 : 1));
    return [own, ...others].map(viewOf);
  }
}
