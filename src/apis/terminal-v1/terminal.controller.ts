import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { JSON_CONTENT_TYPE } from '../../platform/http/surface.js';
import { type Answer, METHOD_NOT_ALLOWED } from './answers.js';
import { parseAction, type Query } from './parse.js';
import { headersOf, TERMINAL_PATHS } from './surface.js';
import { TerminalService } from './terminal.service.js';

function send(reply: FastifyReply, answer: Answer): void {
  if (answer === METHOD_NOT_ALLOWED || answer.retryAfterSeconds !== null) reply.headers(headersOf(answer));
  reply
    .code(answer.status)
    .header('Cache-Control', 'no-store')
    .header('Content-Type', JSON_CONTENT_TYPE)
    .send(answer.body);
}

/** Actions 1 and 2 only read. The others change something under GET, so that HEAD must not run them. */
const isReadingAction = (query: Query): boolean => ['1', '2'].includes(parseAction(query.action) ?? '1');

/**
 * The terminals' one route, at both documented paths; Fastify sends HEAD the same way. It takes request and reply as
 * they are: no pipe, guard or interceptor, as it is the hottest route of the product.
 */
@Controller()
export class TerminalController {
  constructor(@Inject(TerminalService) private readonly service: TerminalService) {}

  @Get([...TERMINAL_PATHS])
  async answer(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const query = request.query as Query;
    if (request.method === 'HEAD' && !isReadingAction(query)) return send(reply, METHOD_NOT_ALLOWED);
    send(reply, await this.service.answer(query, { address: request.ip, requestId: request.id }));
  }
}
