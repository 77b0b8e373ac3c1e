import type { FastifyRequest } from 'fastify';

const ATTEMPT = Symbol('attempt');
type AttemptedRequest = FastifyRequest & { [ATTEMPT]?: string };

/** Marks a request as an attempt that must be recognised in the log, should its answer be lost. */
export const markAttempt = (request: FastifyRequest, attemptId: string): void => {
  (request as AttemptedRequest)[ATTEMPT] = attemptId;
};

/** The attempt that the commands of a request name as their cause, if it has an idempotency key. */
export const attemptOf = (request: FastifyRequest): string | undefined =>
  (request as AttemptedRequest)[ATTEMPT];
