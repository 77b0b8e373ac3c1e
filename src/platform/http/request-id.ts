import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** What a client may call its request: no more than fits a log line, and nothing that could end one. */
const GIVEN = /^[A-Za-z0-9._:-]{1,128}$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * Ids that tell requests apart in logs and answers: the client's own `X-Request-Id` where it is fit to be shown, else
 * unique to the process by its start, then counted.
 */
export function requestIds(): (request: IncomingMessage) => string {
  const process = randomBytes(6).toString('hex');
  let count = 0;
  return ({ headers }) => {
    const given = headers['x-request-id'];
    if (typeof given === 'string' && GIVEN.test(given)) return given;
    count += 1;
    return `${process}-${count.toString(36)}`;
  };
}

/** What ties the events of a request together: its id where the client named it by a UUID, else what is given. */
export const correlationOf = (requestId: string, otherwise: string): string =>
  UUID.test(requestId) ? requestId : otherwise;
