import { BadRequestException, Body, Get, Put } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { GetRates, type RatesState, SetRates } from '../../../contexts/pricing/index.js';
import { type Currency, isCurrency } from '../../../platform/kernel/money.js';
import { ADMINS, Allow, CalledBy, Caller, EVERYBODY } from '../access.js';
import { decimalText } from '../amounts.js';
import { success } from '../answers.js';
import { ApiController } from '../api-controller.js';
import { AnswersOne, TakesBody } from '../openapi/answers.schema.js';
import { Writes } from '../writes.js';
import { NEW_RATES, RATES } from './rates.schemas.js';

type RatesBody = Record<string, unknown>;

/** AZN for one unit by currency; null takes a rate away. */
function ratesOf(body: RatesBody): Partial<Record<Currency, string | null>> {
  const rates: Partial<Record<Currency, string | null>> = {};
  for (const [currency, value] of Object.entries(body)) {
    if (!isCurrency(currency) || currency === 'AZN')
      throw new BadRequestException(`${currency}: is no currency with a rate`);
    if (value !== null && typeof value !== 'string' && typeof value !== 'number') {
      throw new BadRequestException(`${currency} must be a decimal string`);
    }
    rates[currency] = value === null ? null : decimalText(value, currency);
  }
  return rates;
}

const viewOf = ({ rates }: RatesState): Record<string, string> =>
  Object.fromEntries(Object.entries(rates).map(([currency, rate]) => [currency, rate.azn]));

@ApiController('api/rates')
export class RatesController {
  constructor(
    private readonly writes: Writes,
    private readonly queries: QueryBus,
  ) {}

  @Get()
  @Allow(EVERYBODY)
  @AnswersOne(RATES)
  async get(@CalledBy() caller: Caller) {
    return success(viewOf(await this.queries.execute(new GetRates(this.writes.contextOf(caller)))));
  }

  /** Currencies that are not named keep their rate. */
  @Put()
  @Allow(ADMINS)
  @TakesBody(NEW_RATES)
  @AnswersOne(RATES)
  async set(@CalledBy() caller: Caller, @Body() body: RatesBody) {
    const rates = ratesOf(body);
    const set = await this.writes.run(
      caller,
      (context) => new SetRates(context, { rates, source: 'manual' }),
    );
    return success(viewOf(set));
  }
}
