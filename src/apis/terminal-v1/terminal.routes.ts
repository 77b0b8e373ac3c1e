import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { JSON_CONTENT_TYPE } from '../../platform/http/surface.js';
import { type Answer, METHOD_NOT_ALLOWED } from './answers.js';
import { parseAction, type Query } from './parse.js';
import { headersOf, TERMINAL_PATHS } from './surface.js';
import { TerminalService } from './terminal.service.js';

function send(reply: FastifyReply, answer: Answer): void {
  reply
    .code(answer.status)
    .headers(headersOf(answer))
    .header('Content-Type', JSON_CONTENT_TYPE)
    .send(answer.body);
}

/** Actions 1 and 2 only read. The others change something under GET, so that HEAD must not run them. */
const isReadingAction = (query: Query): boolean => ['1', '2'].includes(parseAction(query.action) ?? '1');

/**
 * The terminals' route, registered with Fastify itself. Nest's router adds promises and argument factories that cost
 * more than a tenth of a request here, and the route needs none of what they are for: no pipe, guard or interceptor.
 */
@Injectable()
export class TerminalRoutes implements OnModuleInit {
  constructor(
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost,
    @Inject(TerminalService) private readonly service: TerminalService,
  ) {}

  onModuleInit(): void {
    const fastify = this.host.httpAdapter.getInstance<FastifyInstance>();
    for (const url of TERMINAL_PATHS) {
      fastify.route({ method: 'GET', url, exposeHeadRoute: false, handler: this.get });
      fastify.route({ method: 'HEAD', url, handler: this.head });
    }
  }

  private readonly get = (request: FastifyRequest, reply: FastifyReply): void => {
    const caller = { address: request.ip, requestId: request.id };
    const answer = this.service.answer(request.query as Query, caller);
    if (answer instanceof Promise) void answer.then((ready) => send(reply, ready));
    else send(reply, answer);
  };

  private readonly head = (request: FastifyRequest, reply: FastifyReply): void => {
    if (isReadingAction(request.query as Query)) this.get(request, reply);
    else send(reply, METHOD_NOT_ALLOWED);
  };
}
