import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import ipaddr from 'ipaddr.js';

/** Who may read the metrics: whoever shows the token; without one, this machine alone. */
export abstract class MetricsAccess {
  abstract readonly token: string | null;
}

const BEARER = /^Bearer +(\S+)$/i;
const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-real-ip'] as const;

const isLoopback = (address: string): boolean =>
  ipaddr.isValid(address) && ipaddr.process(address).range() === 'loopback';

function isSame(given: string, token: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** A proxy on this machine speaks for anybody: what it forwarded does not count as this machine's. */
export function mayReadMetrics(
  { headers, socket }: Pick<IncomingMessage, 'headers' | 'socket'>,
  token: string | null,
): boolean {
  if (token !== null) {
    const given = BEARER.exec(headers.authorization ?? '')?.[1];
    return given !== undefined && isSame(given, token);
  }
  return isLoopback(socket.remoteAddress ?? '') && !FORWARDED.some((name) => headers[name] !== undefined);
}
