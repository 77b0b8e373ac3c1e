import { Body, HttpCode, Post } from '@nestjs/common';
import { ConfirmTotp, DisableTotp, EnrolTotp } from '../../../contexts/partners/index.js';
import { Allow, CalledBy, Caller, STAFF } from '../access.js';
import { success } from '../answers.js';
import { ApiController } from '../api-controller.js';
import { AnswersOne } from '../openapi/answers.schema.js';
import { Writes } from '../writes.js';
import { CodeBody } from './auth.dto.js';
import { ENROLLED_TOTP, NOTHING } from './auth.schemas.js';

/** One-time codes of an authenticator app, for the caller's own logins. */
@ApiController('api/auth/totp')
export class TotpController {
  constructor(private readonly writes: Writes) {}

  /** Shows a new secret this once. Logins need a code of it once one is confirmed. */
  @Post('enrol')
  @HttpCode(200)
  @Allow(STAFF)
  @AnswersOne(ENROLLED_TOTP)
  async enrol(@CalledBy() caller: Caller) {
    const made = await this.writes.run(caller, (context) => new EnrolTotp(context, caller.principal.id));
    return success({ secret: made.secret, otpauth_uri: made.otpauthUri });
  }

  @Post('confirm')
  @HttpCode(200)
  @Allow(STAFF)
  @AnswersOne(NOTHING)
  async confirm(@CalledBy() caller: Caller, @Body() { code }: CodeBody) {
    await this.writes.run(caller, (context) => new ConfirmTotp(context, caller.principal.id, code));
    return success(null);
  }

  @Post('disable')
  @HttpCode(200)
  @Allow(STAFF)
  @AnswersOne(NOTHING)
  async disable(@CalledBy() caller: Caller, @Body() { code }: CodeBody) {
    await this.writes.run(caller, (context) => new DisableTotp(context, caller.principal.id, code));
    return success(null);
  }
}
