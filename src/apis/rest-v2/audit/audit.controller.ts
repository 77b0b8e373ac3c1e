import { Get, Param, Query } from '@nestjs/common';
import type { Role } from '../../../platform/auth/account-source.js';
import { ADMINS, Allow } from '../access.js';
import { success } from '../answers.js';
import { ApiController } from '../api-controller.js';
import { AnswersOne } from '../openapi/answers.schema.js';
import { AuditEventsQuery, AuditStreamQuery } from './audit.dto.js';
import { AuditReader } from './audit.reader.js';
import { AUDIT_EVENTS, AUDIT_STREAM } from './audit.schemas.js';

const AUDITORS: readonly Role[] = [...ADMINS, 'auditor'];

/** What happened, from the log itself: every event since the first, secrets masked. */
@ApiController('api/audit')
export class AuditController {
  constructor(private readonly reader: AuditReader) {}

  /**
   * In the order of the log. A page may have fewer events than its limit, even none, and still a cursor: so much of the
   * log is looked at for a page.
   */
  @Get('events')
  @Allow(AUDITORS)
  @AnswersOne(AUDIT_EVENTS)
  async events(@Query() query: AuditEventsQuery) {
    return success(await this.reader.events(query));
  }

  /** The state of a stream at a revision or a time, and its events up to there, the newest first. */
  @Get('streams/:stream')
  @Allow(AUDITORS)
  @AnswersOne(AUDIT_STREAM)
  async stream(@Param('stream') stream: string, @Query() query: AuditStreamQuery) {
    return success(await this.reader.stream(stream, query));
  }
}
