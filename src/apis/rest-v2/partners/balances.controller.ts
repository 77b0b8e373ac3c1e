import { Body, ForbiddenException, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { TopUpPartner } from '../../../contexts/partners/index.js';
import { AdjustBalance, adjustmentId, topUpId } from '../../../contexts/wallets/index.js';
import { formatPosition } from '../../../platform/event-store/event-store.js';
import { Ids } from '../../../platform/kernel/ids.js';
import { ADMINS, Allow, CalledBy, Caller, EVERYBODY } from '../access.js';
import { amountOf, decimalOf } from '../amounts.js';
import { success } from '../answers.js';
import { ApiController } from '../api-controller.js';
import { PublicIdPipe } from '../body.js';
import { AnswersOne } from '../openapi/answers.schema.js';
import { Writes } from '../writes.js';
import { BalancesReader } from './balances.reader.js';
import { AdjustBody, BalancesQuery, TopUpBody } from './money.dto.js';
import { ADJUSTED, BALANCES, TOPPED_UP } from './money.schemas.js';
import { MovementNotes } from './movement-notes.js';
import { PartnersReader } from './partners.reader.js';

@ApiController('api/partners/:id/balances')
export class BalancesController {
  constructor(
    private readonly writes: Writes,
    private readonly ids: Ids,
    private readonly partners: PartnersReader,
    private readonly balances: BalancesReader,
    private readonly notes: MovementNotes,
  ) {}

  /**
   * With `as_of`, what they were at a position of the log or at a time; `X-Position` names the position. That reads the
   * wallets' whole past, so it is for the staff; partners have their statements.
   */
  @Get()
  @Allow(EVERYBODY)
  @AnswersOne(BALANCES)
  async list(
    @CalledBy() { principal, reply }: Caller,
    @Param('id', PublicIdPipe) id: number,
    @Query() { as_of: asOf }: BalancesQuery,
  ) {
    const partner = await this.partners.find(principal, id);
    if (asOf === undefined) return success(await this.balances.now(partner));
    if (principal.role === 'partner') throw new ForbiddenException('Forbidden: as_of is for the staff');
    const position = await this.balances.positionOf(asOf);
    reply.header('X-Position', formatPosition(position));
    return success(await this.balances.at(partner, position));
  }

  /** The same reference with the same amount answers the balance and the first comment, and changes nothing. */
  @Post('topup')
  @HttpCode(200)
  @Allow(ADMINS)
  @AnswersOne(TOPPED_UP)
  async topUp(@CalledBy() caller: Caller, @Param('id', PublicIdPipe) id: number, @Body() body: TopUpBody) {
    const { _id } = await this.partners.find(caller.principal, id);
    const ownerId = String(_id);
    const { currency, reference } = body;
    // A form's empty field is none.
    const comment = body.comment || null;
    const { amount } = amountOf(body.amount, currency, 'amount');
    const sealed =
      comment && (await this.notes.seal('topups', topUpId(ownerId, reference), ownerId, comment));
    const input = {
      ...{ ownerId, purpose: 'main' as const, currency, amountMinor: BigInt(amount) },
      ...{ reference, comment: sealed },
    };
    const balance = await this.writes.run(caller, (context) => new TopUpPartner(context, input));
    const noted = { counter: 'topups' as const, ownerId, reference, comment: balance.note };
    const shown = { partner_id: id, amount: decimalOf(amount, currency), reference };
    return success({ ...shown, comment: await this.notes.open(noted), ...this.balances.view(balance) });
  }

  /**
   * A correction, also below the credit limit, and of what a deleted partner is owed or owes. The same reference with the
   * same amount changes nothing.
   */
  @Post('adjust')
  @HttpCode(200)
  @Allow(ADMINS)
  @AnswersOne(ADJUSTED)
  async adjust(@CalledBy() caller: Caller, @Param('id', PublicIdPipe) id: number, @Body() body: AdjustBody) {
    const { _id } = await this.partners.find(caller.principal, id);
    const ownerId = String(_id);
    const { currency, reason, reference = this.ids.uuid() } = body;
    const { amount } = amountOf(body.amount, currency, 'amount');
    const sealed = await this.notes.seal('adjustments', adjustmentId(ownerId, reference), ownerId, reason);
    const input = { ownerId, currency, amountMinor: BigInt(amount), reference, reason: sealed };
    const balance = await this.writes.run(caller, (context) => new AdjustBalance(context, input));
    const noted = { counter: 'adjustments' as const, ownerId, reference, comment: balance.note };
    const shown = { partner_id: id, amount: decimalOf(amount, currency), reference };
    return success({
      ...shown,
      reason: (await this.notes.open(noted)) ?? reason,
      ...this.balances.view(balance),
    });
  }
}
