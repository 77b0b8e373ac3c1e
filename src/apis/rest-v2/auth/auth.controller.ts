import { Body, Get, HttpCode, Post, Req, UnauthorizedException } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { AuthService } from '../../../platform/auth/auth-service.js';
import { isRejection, type Rejection } from '../../../platform/kernel/rejection.js';
import { Allow, CalledBy, Caller, EVERYBODY } from '../access.js';
import { success } from '../answers.js';
import { ApiController } from '../api-controller.js';
import { IsText } from '../body.js';
import { refusalOf } from '../rejections.js';

const MAX_TOKEN_LENGTH = 4_096;
const MAX_CREDENTIAL_LENGTH = 200;

export class LoginBody {
  @IsText(MAX_CREDENTIAL_LENGTH)
  login!: string;

  @IsText(MAX_CREDENTIAL_LENGTH)
  password!: string;
}

export class RefreshBody {
  @IsText(MAX_TOKEN_LENGTH)
  refreshToken!: string;
}

function accepted<T>(result: T): Exclude<T, Rejection> {
  if (isRejection(result)) throw refusalOf(result);
  return result as Exclude<T, Rejection>;
}

@ApiController('api/auth')
export class AuthController {
  constructor(private readonly auth: AuthService) {}

  @Post('login')
  @HttpCode(200)
  @Allow('public')
  async login(@Body() { login, password }: LoginBody, @Req() request: FastifyRequest) {
    return success(accepted(await this.auth.login({ login, password, address: request.ip })));
  }

  @Post('refresh')
  @HttpCode(200)
  @Allow('public')
  async refresh(@Body() { refreshToken }: RefreshBody) {
    return success(accepted(await this.auth.refresh(refreshToken)));
  }

  @Get('me')
  @Allow(EVERYBODY)
  async me(@CalledBy() { principal }: Caller) {
    const user = await this.auth.me(principal);
    if (!user) throw new UnauthorizedException('Unauthorized: Invalid or expired token');
    return success(user);
  }
}
