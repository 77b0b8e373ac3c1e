import { Get, Param } from '@nestjs/common';
import { Allow, CalledBy, Caller, EVERYBODY } from '../access.js';
import { success } from '../answers.js';
import { ApiController } from '../api-controller.js';
import { PublicIdPipe } from '../body.js';
import { AnswersOne } from '../openapi/answers.schema.js';
import { PartnersReader } from '../partners/partners.reader.js';
import { OrderStatistics } from './order-statistics.js';
import { PARTNER_STATISTICS } from './orders.schemas.js';

@ApiController('api/partners/:id/statistics')
export class PartnerStatisticsController {
  constructor(
    private readonly partners: PartnersReader,
    private readonly statistics: OrderStatistics,
  ) {}

  @Get()
  @Allow(EVERYBODY)
  @AnswersOne(PARTNER_STATISTICS)
  async get(@CalledBy() { principal }: Caller, @Param('id', PublicIdPipe) id: number) {
    const { _id } = await this.partners.find(principal, id);
    return success(await this.statistics.ofPartner(String(_id)));
  }
}
