import {
  type CanActivate,
  createParamDecorator,
  type ExecutionContext,
  ForbiddenException,
  Injectable,
  SetMetadata,
  UnauthorizedException,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Role } from '../../platform/auth/account-source.js';
import { AuthService } from '../../platform/auth/auth-service.js';
import type { Principal } from '../../platform/auth/tokens.js';

export const POLICY = 'keyforge:policy';

export const ADMINS: readonly Role[] = ['super_admin', 'admin'];
/** Managers do what they may do to their own clients alone. */
export const MANAGERS: readonly Role[] = [...ADMINS, 'manager'];
export const STAFF: readonly Role[] = [...ADMINS, 'manager', 'auditor'];
export const EVERYBODY: readonly Role[] = [...STAFF, 'partner'];

/** Who may call a route: `public`, or the roles. Every route says it; one that does not answers nobody. */
export type Policy = 'public' | readonly Role[];

export const Allow = (policy: Policy) => SetMetadata(POLICY, policy);

/** Who calls, and the answer that is being made for them. */
export class Caller {
  constructor(
    readonly principal: Principal,
    readonly reply: FastifyReply,
  ) {}
}

/** A request that {@link AccessGuard} let through; of a public route it may be nobody's. */
export type SignedRequest = FastifyRequest & { principal?: Principal };

export const CalledBy = createParamDecorator((_: unknown, context: ExecutionContext): Caller => {
  const http = context.switchToHttp();
  const { principal } = http.getRequest<SignedRequest>();
  if (!principal) throw new Error('a public route asked who calls');
  return new Caller(principal, http.getResponse<FastifyReply>());
});

const UNAUTHORIZED = 'Unauthorized: Invalid or expired token';
const BEARER = /^Bearer +(\S+)$/i;

/** Lets a request through if its token is good and the route's policy names its role. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly auth: AuthService,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const policy = this.reflector.get<Policy | undefined>(POLICY, context.getHandler());
    const http = context.switchToHttp();
    http.getResponse<FastifyReply>().header('Cache-Control', 'no-store');
    if (policy === 'public') return true;
    const request = http.getRequest<SignedRequest>();
    const token = BEARER.exec(request.headers.authorization ?? '')?.[1];
    const principal = token ? this.auth.verify(token) : null;
    if (!principal) throw new UnauthorizedException(UNAUTHORIZED);
    if (!policy?.includes(principal.role))
      throw new ForbiddenException('Forbidden: your role may not do this');
    request.principal = principal;
    return true;
  }
}
