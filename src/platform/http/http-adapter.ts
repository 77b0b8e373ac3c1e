import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { BadRequestException } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest, onResponseHookHandler } from 'fastify';
import { cidrContains } from '../config/cidr.js';
import type { Settings } from '../config/settings.js';
import type { Logger } from '../logging/logger.js';
import { tellingOutagesSeldom } from '../logging/seldom.js';
import type { AnsweredRequest } from '../metrics/metrics.js';
import { type Failure, failureOf, KnownOutage, refusal } from './failure.js';
import { withoutPorts } from './forwarded-for.js';
import {
  HEADERS_TIMEOUT_MS,
  IDLE_CONNECTION_MS,
  KEEP_ALIVE_MS,
  MAX_BODY_BYTES,
  MAX_HEADER_BYTES,
  MAX_PATH_PARAMETER_LENGTH,
  REQUEST_TIMEOUT_MS,
} from './limits.js';
import { requestIds } from './request-id.js';
import { plainErrors, type Surface } from './surface.js';
import { pathOf, SurfaceRouter } from './surface-router.js';
import { answerUnreadable, isReadableTarget } from './unreadable-request.js';

export interface HttpOptions {
  readonly settings: Pick<Settings, 'trustedProxies' | 'surfaceHosts'>;
  readonly surfaces: readonly Surface[];
  readonly logger: Logger;
  /** Told of every answer. */
  readonly onAnswered?: (request: AnsweredRequest, seconds: number) => void;
}

const MILLISECONDS = 1_000;

/**
 * Nest on Fastify, as every surface uses it: proxies are believed by `TRUSTED_PROXIES` alone, host names lead to their
 * surface, and every failure is answered in the format of the surface that was asked, with a request id.
 *
 * Fastify itself logs nothing: its messages quote URLs, and a child logger for each request costs more than routing.
 * Failures (error level, those of servers that are away once in a while) and, at debug level, every request are logged here, always without the query.
 */
export class HttpAdapter extends FastifyAdapter {
  private readonly router: SurfaceRouter;
  private readonly log: Logger;
  private readonly tellFailure = tellingOutagesSeldom((unsaid, err, about: object) =>
    this.log.error({ ...about, ...unsaid, err }, 'request failed'),
  );
  private readonly trusts: (address: string) => boolean;

  constructor({ settings, surfaces, logger, onAnswered }: HttpOptions) {
    const router = new SurfaceRouter(surfaces, settings.surfaceHosts);
    const proxies = settings.trustedProxies;
    const trusts = (address: string): boolean => proxies.some((cidr) => cidrContains(cidr, address));
    super({
      http: {
        maxHeaderSize: MAX_HEADER_BYTES,
        headersTimeout: HEADERS_TIMEOUT_MS,
        // Node would refuse a request without a Host by itself; to us it is one on no host of ours.
        requireHostHeader: false,
      },
      requestTimeout: REQUEST_TIMEOUT_MS,
      connectionTimeout: IDLE_CONNECTION_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      bodyLimit: MAX_BODY_BYTES,
      trustProxy: proxies.length > 0 ? trusts : false,
      routerOptions: { ignoreTrailingSlash: true, maxParamLength: MAX_PATH_PARAMETER_LENGTH },
      genReqId: requestIds(),
      requestIdHeader: false,
      // A request that was accepted is finished, also while the server closes.
      return503OnClosing: false,
      clientErrorHandler: answerUnreadable(router),
      frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) =>
        this.answerFailure(error, request, reply),
      rewriteUrl: router.hasHosts
        ? (request: IncomingMessage) => router.rewrite(request.url ?? '/', this.hostOf(request))
        : undefined,
      // Connect-style middleware is not used anywhere, and its hook would run for every request.
      skipMiddie: true,
    });
    this.router = router;
    this.log = logger;
    this.trusts = trusts;
    const fastify = this.getInstance<FastifyInstance>();
    // A client that has said all it had to say, and shuts down its side, still waits for the answer.
    Object.assign(fastify.server, { httpAllowHalfOpen: true });
    // An expectation that nobody knows is passed over: Node would refuse it by itself, in no surface's format.
    fastify.server.on('checkExpectation', (request, response) =>
      fastify.server.emit('request', request, response),
    );
    fastify.setNotFoundHandler((request, reply) => {
      this.answer(refusal(404), request, reply);
      const surface = this.router.surfaceOf(pathOf(request.raw.url ?? '/'), '')?.name ?? 'none';
      onAnswered?.({ surface, method: request.method, route: 'unknown', status: reply.statusCode }, 0);
    });
    fastify.setErrorHandler((error, request, reply) => this.answerFailure(error, request, reply));
    this.readJson(fastify);
    fastify.addHook('onRequest', (request, reply, done) => {
      const forwarded = proxies.length > 0 && request.headers['x-forwarded-for'];
      if (typeof forwarded === 'string') request.headers['x-forwarded-for'] = withoutPorts(forwarded);
      reply.header('X-Request-Id', request.id);
      if (isReadableTarget(request.raw.url ?? '/')) done();
      else this.answer(refusal(400), request, reply);
    });
    if (onAnswered) this.tellOfAnswers(fastify, onAnswered);
    if (logger.isLevelEnabled('debug')) this.logRequests(fastify);
  }

  /** Nest's own handlers would take the place of the surfaces'. */
  override setErrorHandler(): FastifyInstance {
    return this.getInstance();
  }

  override setNotFoundHandler(): FastifyInstance {
    return this.getInstance();
  }

  /** Answers something thrown while `request` was handled, and logs it where it is our fault. */
  answerFailure(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const failure = failureOf(error);
    if (failure.status >= 500) {
      const { id, method } = request;
      const about = { reqId: id, method, path: pathOf(request.raw.url ?? '/') };
      if (error instanceof KnownOutage) this.log.debug(about, failure.message);
      else this.tellFailure(error, about);
    }
    this.answer(failure, request, reply);
  }

  private answer(failure: Failure, request: FastifyRequest, reply: FastifyReply): void {
    if (reply.sent || reply.raw.headersSent) return;
    const path = pathOf(request.raw.url ?? '/');
    const surface = this.router.surfaceOf(path, this.hostOf(request.raw));
    const errors = surface?.errors ?? plainErrors;
    const answer = errors({ ...failure, method: request.method, path, requestId: request.id });
    reply.header('X-Request-Id', request.id);
    if (answer.headers) reply.headers(answer.headers);
    reply.code(answer.status).header('Content-Type', answer.contentType).send(answer.body);
  }

  /**
   * As Fastify reads it, but that many clients name JSON as the type of every request, also of those without a body, and that bytes
   * which are no UTF-8 are refused: they would be stored, and sold, as something else.
   */
  private readJson(fastify: FastifyInstance): void {
    const parseJson = fastify.getDefaultJsonParser('error', 'error');
    const options = { bodyLimit: MAX_BODY_BYTES };
    this.useBodyParser('application/json', false, options, (request, body, done) => {
      if (body.length === 0) done(null, undefined);
      else if (!isUtf8(body)) done(new BadRequestException('The body must be UTF-8'), undefined);
      else parseJson(request, body as unknown as string, done);
    });
  }

  /** The host that the client asked for: a trusted proxy says it in a header of its own. */
  private hostOf(request: IncomingMessage): string {
    const forwarded = request.headers['x-forwarded-host'];
    if (typeof forwarded === 'string' && this.trusts(request.socket.remoteAddress ?? '')) {
      return forwarded.split(',', 1)[0]?.trim() ?? '';
    }
    return request.headers.host ?? '';
  }

  /** Told by each route by itself: to ask a request for its route costs more than all the rest of it. */
  private tellOfAnswers(fastify: FastifyInstance, onAnswered: NonNullable<HttpOptions['onAnswered']>): void {
    fastify.addHook('onRoute', (options) => {
      const { url: route } = options;
      const surface = this.router.surfaceOf(route, '')?.name ?? 'none';
      const tell: onResponseHookHandler = (request, reply, done) => {
        const { statusCode: status } = reply.raw;
        onAnswered({ surface, method: request.method, route, status }, reply.elapsedTime / MILLISECONDS);
        done();
      };
      options.onResponse = [options.onResponse ?? [], tell].flat();
    });
  }

  private logRequests(fastify: FastifyInstance): void {
    fastify.addHook('onResponse', (request, reply, done) => {
      const { id, method } = request;
      const path = pathOf(request.raw.url ?? '/');
      const seconds = Math.round(reply.elapsedTime * MILLISECONDS) / MILLISECONDS / MILLISECONDS;
      this.log.debug({ reqId: id, method, path, status: reply.statusCode, seconds }, 'request');
      done();
    });
  }
}
