import { Controller, ForbiddenException, Get, Header, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Metrics } from '../../platform/metrics/metrics.js';
import { Health } from './health.js';
import { MetricsAccess, mayReadMetrics } from './metrics-access.js';

/** For whoever runs the product: orchestrators, load balancers, Prometheus. */
@Controller()
export class OperationsController {
  constructor(
    private readonly health: Health,
    private readonly metrics: Metrics,
    private readonly access: MetricsAccess,
  ) {}

  /** The process answers. */
  @Get('livez')
  @Header('Cache-Control', 'no-store')
  live() {
    return { status: 'alive' };
  }

  /** 200 while the process should get requests, 503 with the reasons while it should not. */
  @Get('readyz')
  async ready(@Res() reply: FastifyReply) {
    const problems = await this.health.problems();
    const isReady = Object.values(problems).every((problem) => problem === null);
    const checks = Object.entries(problems).map(([part, problem]) => [part, problem ?? 'ok']);
    reply
      .code(isReady ? 200 : 503)
      .header('Cache-Control', 'no-store')
      .send({ status: isReady ? 'ready' : 'not ready', checks: Object.fromEntries(checks) });
  }

  @Get('metrics')
  async show(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    if (!mayReadMetrics(request.raw, this.access.token)) throw new ForbiddenException('Forbidden');
    const text = await this.metrics.render();
    reply.header('Cache-Control', 'no-store').header('Content-Type', this.metrics.contentType).send(text);
  }
}

export const OPERATIONS_CONTROLLERS = [OperationsController];
