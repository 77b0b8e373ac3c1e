import { Body, Get, HttpCode, Param, Post } from '@nestjs/common';
import { TopUpBalance, topUpId } from '../../../contexts/wallets/index.js';
import { formatMinor } from '../../../platform/kernel/money.js';
import { sealedPlace, Vault } from '../../../platform/security/vault.js';
import { ADMINS, Allow, CalledBy, Caller, EVERYBODY } from '../access.js';
import { amountOf, decimalOf } from '../amounts.js';
import { success } from '../answers.js';
import { ApiController } from '../api-controller.js';
import { PublicIdPipe } from '../body.js';
import { Writes } from '../writes.js';
import { TopUpBody } from './partners.dto.js';
import { PartnersReader } from './partners.reader.js';

@ApiController('api/partners/:id/balances')
export class BalancesController {
  constructor(
    private readonly writes: Writes,
    private readonly reader: PartnersReader,
    private readonly vault: Vault,
  ) {}

  @Get()
  @Allow(EVERYBODY)
  async list(@CalledBy() { principal }: Caller, @Param('id', PublicIdPipe) id: number) {
    return success(await this.reader.balances(await this.reader.find(principal, id)));
  }

  /** The same reference with the same amount answers the balance and changes nothing. */
  @Post('topup')
  @HttpCode(200)
  @Allow(ADMINS)
  async topUp(@CalledBy() caller: Caller, @Param('id', PublicIdPipe) id: number, @Body() body: TopUpBody) {
    const { _id } = await this.reader.find(caller.principal, id);
    const { currency, reference, comment = null } = body;
    const { amount } = amountOf(body.amount, currency, 'amount');
    const input = {
      ownerId: String(_id),
      purpose: 'main' as const,
      currency,
      amountMinor: BigInt(amount),
      reference,
      comment: comment && (await this.seal(String(_id), reference, comment)),
    };
    const balance = await this.writes.run(caller, (context) => new TopUpBalance(context, input));
    return success({
      partner_id: id,
      currency,
      amount: decimalOf(amount, currency),
      reference,
      comment,
      balance: formatMinor(balance.postedMinor, currency),
      held: formatMinor(balance.heldMinor, currency),
      available: formatMinor(balance.availableMinor, currency),
    });
  }

  /** Comments may say anything about anybody: they are stored under the partner's own data key. */
  private async seal(ownerId: string, reference: string, comment: string): Promise<string> {
    const place = sealedPlace(`topup-${topUpId(ownerId, reference)}`, 'comment');
    return this.vault.sealUnder(`account-${ownerId}`, place, comment);
  }
}
