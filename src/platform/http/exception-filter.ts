import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { HttpAdapter } from './http-adapter.js';

/** Sends what Nest's controllers throw through the same door as all other failures. Register it globally. */
@Catch()
export class SurfaceExceptionFilter implements ExceptionFilter {
  constructor(private readonly adapter: HttpAdapter) {}

  catch(exception: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.adapter.answerFailure(
      exception,
      http.getRequest<FastifyRequest>(),
      http.getResponse<FastifyReply>(),
    );
  }
}
