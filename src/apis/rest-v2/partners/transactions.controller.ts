import { Get, Param, Query, UseInterceptors } from '@nestjs/common';
import { Allow, CalledBy, Caller, EVERYBODY } from '../access.js';
import { ApiController } from '../api-controller.js';
import { PublicIdPipe } from '../body.js';
import { csvFile } from '../csv.js';
import { ExportShares } from '../export-shares.js';
import { AnswersFile, AnswersList } from '../openapi/answers.schema.js';
import { TransactionsExportQuery, TransactionsQuery } from './money.dto.js';
import { TRANSACTION } from './money.schemas.js';
import { PartnersReader } from './partners.reader.js';
import { MOVEMENTS_BY, STATEMENT_COLUMNS, StatementReader } from './statement.reader.js';

/** A partner's statement: what moved its balances, each line with the balance after it. */
@ApiController('api/partners/:id/transactions')
export class TransactionsController {
  constructor(
    private readonly partners: PartnersReader,
    private readonly statement: StatementReader,
  ) {}

  /** Newest first. Comments are shown to the staff alone. */
  @Get()
  @Allow(EVERYBODY)
  @AnswersList(TRANSACTION, MOVEMENTS_BY)
  async list(
    @CalledBy() { principal }: Caller,
    @Param('id', PublicIdPipe) id: number,
    @Query() query: TransactionsQuery,
  ) {
    const { _id } = await this.partners.find(principal, id);
    return this.statement.page(String(_id), query, principal);
  }

  /** Oldest first unless it is asked for otherwise, all lines; `page` and `limit` are not looked at. */
  @Get('export/csv')
  @UseInterceptors(ExportShares)
  @Allow(EVERYBODY)
  @AnswersFile('text/csv', MOVEMENTS_BY)
  async export(
    @CalledBy() { principal }: Caller,
    @Param('id', PublicIdPipe) id: number,
    @Query() query: TransactionsExportQuery,
  ) {
    const { _id } = await this.partners.find(principal, id);
    const lines = this.statement.csv(String(_id), query);
    const bom = query.bom === '1';
    return csvFile({ filename: `transactions-${id}.csv`, columns: STATEMENT_COLUMNS, lines, bom });
  }
}
