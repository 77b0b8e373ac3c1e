import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isLocalRequest } from '../../platform/http/local-request.js';

/** Who may read the metrics: whoever shows the token; without one, this machine alone. */
export abstract class MetricsAccess {
  abstract readonly token: string | null;
}

const BEARER = /^Bearer +(\S+)$/i;

function isSame(given: string, token: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}

export function mayReadMetrics(
  request: Pick<IncomingMessage, 'headers' | 'socket'>,
  token: string | null,
): boolean {
  if (token !== null) {
    const given = BEARER.exec(request.headers.authorization ?? '')?.[1];
    return given !== undefined && isSame(given, token);
  }
  return isLocalRequest(request);
}
