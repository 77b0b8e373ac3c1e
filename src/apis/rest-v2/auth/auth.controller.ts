import { Body, Get, HttpCode, Post, Req, UnauthorizedException } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { ChangeOwnPassword } from '../../../contexts/partners/index.js';
import { AuthService } from '../../../platform/auth/auth-service.js';
import { isRejection, type Rejection } from '../../../platform/kernel/rejection.js';
import { Allow, CalledBy, Caller, EVERYBODY } from '../access.js';
import { success } from '../answers.js';
import { ApiController } from '../api-controller.js';
import { AnswersOne } from '../openapi/answers.schema.js';
import { refusalOf } from '../rejections.js';
import { Writes } from '../writes.js';
import { ChangePasswordBody, LoginBody, RefreshBody } from './auth.dto.js';
import { LOGGED_IN, NOTHING, USER } from './auth.schemas.js';

function accepted<T>(result: T): Exclude<T, Rejection> {
  if (isRejection(result)) throw refusalOf(result);
  return result as Exclude<T, Rejection>;
}

@ApiController('api/auth')
export class AuthController {
  constructor(
    private readonly auth: AuthService,
    private readonly writes: Writes,
  ) {}

  @Post('login')
  @HttpCode(200)
  @Allow('public')
  @AnswersOne(LOGGED_IN)
  async login(@Body() { login, password, totp }: LoginBody, @Req() request: FastifyRequest) {
    return success(accepted(await this.auth.login({ login, password, totp, address: request.ip })));
  }

  @Post('refresh')
  @HttpCode(200)
  @Allow('public')
  @AnswersOne(LOGGED_IN)
  async refresh(@Body() { refreshToken }: RefreshBody, @Req() request: FastifyRequest) {
    return success(accepted(await this.auth.refresh(refreshToken, request.ip)));
  }

  @Get('me')
  @Allow(EVERYBODY)
  @AnswersOne(USER)
  async me(@CalledBy() { principal }: Caller) {
    const user = await this.auth.me(principal);
    if (!user) throw new UnauthorizedException('Unauthorized: Invalid or expired token');
    return success(user);
  }

  /** Ends this login: its access and refresh tokens are void at once. */
  @Post('logout')
  @HttpCode(200)
  @Allow(EVERYBODY)
  @AnswersOne(NOTHING)
  async logout(@CalledBy() { principal }: Caller) {
    await this.auth.logout(principal);
    return success(null);
  }

  /** Ends all logins of the account, this one too. */
  @Post('password')
  @HttpCode(200)
  @Allow(EVERYBODY)
  @AnswersOne(NOTHING)
  async changePassword(
    @CalledBy() caller: Caller,
    @Body() body: ChangePasswordBody,
    @Req() request: FastifyRequest,
  ) {
    const { kind, id, login } = caller.principal;
    const credentials = { login, password: body.current_password, address: request.ip };
    await this.writes.run(
      caller,
      (context) => new ChangeOwnPassword(context, { kind, id }, credentials, body.new_password),
    );
    return success(null);
  }
}
