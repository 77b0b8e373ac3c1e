import { Body, Get, Param, Put } from '@nestjs/common';
import { SetPartnerCurrencies } from '../../../contexts/partners/index.js';
import { ADMINS, Allow, CalledBy, Caller, EVERYBODY } from '../access.js';
import { decimalText } from '../amounts.js';
import { success } from '../answers.js';
import { ApiController } from '../api-controller.js';
import { PublicIdPipe } from '../body.js';
import { AnswersOne } from '../openapi/answers.schema.js';
import { Writes } from '../writes.js';
import { CurrencySettingsBody, RateMarkupBody } from './partners.dto.js';
import { PartnersReader } from './partners.reader.js';
import { CURRENCY_SETTINGS } from './partners.schemas.js';

const markupsOf = (body: RateMarkupBody): Record<string, string> =>
  Object.fromEntries(
    Object.entries(body).flatMap(([currency, percent]) =>
      percent === undefined ? [] : [[currency, decimalText(percent, `rate_markup_percent.${currency}`)]],
    ),
  );

/** In which currencies a partner buys, and at which rates. */
@ApiController('api/partners/:id/currency-settings')
export class CurrencySettingsController {
  constructor(
    private readonly writes: Writes,
    private readonly reader: PartnersReader,
  ) {}

  @Get()
  @Allow(EVERYBODY)
  @AnswersOne(CURRENCY_SETTINGS)
  async get(@CalledBy() { principal }: Caller, @Param('id', PublicIdPipe) id: number) {
    return success(this.reader.currencies(await this.reader.find(principal, id)));
  }

  /** Absent fields stay. */
  @Put()
  @Allow(ADMINS)
  @AnswersOne(CURRENCY_SETTINGS)
  async set(
    @CalledBy() caller: Caller,
    @Param('id', PublicIdPipe) id: number,
    @Body() body: CurrencySettingsBody,
  ) {
    const { _id } = await this.reader.find(caller.principal, id);
    const currencies = {
      defaultCurrency: body.default_currency,
      allowedCurrencies: body.allowed_currencies,
      rateMarkupPercent: body.rate_markup_percent && markupsOf(body.rate_markup_percent),
    };
    await this.writes.run(caller, (context) => new SetPartnerCurrencies(context, String(_id), currencies));
    return success(this.reader.currencies(await this.reader.find(caller.principal, id)));
  }
}
