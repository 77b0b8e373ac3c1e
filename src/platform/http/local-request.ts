import type { IncomingMessage } from 'node:http';
import ipaddr from 'ipaddr.js';

const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-real-ip'] as const;

const isLoopback = (address: string): boolean =>
  ipaddr.isValid(address) && ipaddr.process(address).range() === 'loopback';

/** Whether a request comes from this machine. A proxy here speaks for anybody: what it forwarded does not. */
export const isLocalRequest = ({ headers, socket }: Pick<IncomingMessage, 'headers' | 'socket'>): boolean =>
  isLoopback(socket.remoteAddress ?? '') && !FORWARDED.some((name) => headers[name] !== undefined);

const LOCAL_HOST = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i;

/** Whether it was sent to this machine by name: a page elsewhere may lead a name of its own to this machine. */
export const namesThisMachine = ({ headers }: Pick<IncomingMessage, 'headers'>): boolean =>
  LOCAL_HOST.test(headers.host ?? '');
