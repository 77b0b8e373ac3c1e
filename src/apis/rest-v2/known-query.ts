import {
  BadRequestException,
  type CanActivate,
  type ExecutionContext,
  Injectable,
  type Type,
} from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import type { FastifyRequest } from 'fastify';
import { POLICY } from './access.js';
import { unknownField } from './body.js';

/** Whether a route has a class for its query, which refuses what is unknown. */
function takesQuery(controller: Type, name: string): boolean {
  const given: object = Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, name) ?? {};
  return Object.keys(given).some((key) => key.startsWith(`${RouteParamtypes.QUERY}:`));
}

/**
 * Refuses parameters on routes that have none: figures that were asked for by partner or date, and are of everybody and
 * always, would be taken for what was asked for. What anybody may call takes anything.
 */
@Injectable()
export class KnownQuery implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const [unknown] = Object.keys(context.switchToHttp().getRequest<FastifyRequest>().query as object);
    const handler = context.getHandler();
    if (unknown === undefined || Reflect.getMetadata(POLICY, handler) === 'public') return true;
    if (takesQuery(context.getClass(), handler.name)) return true;
    throw new BadRequestException(unknownField(unknown));
  }
}
