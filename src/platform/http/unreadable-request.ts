import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { refusal } from './failure.js';
import { type FailureAnswer, JSON_CONTENT_TYPE, plainErrors } from './surface.js';
import { pathOf, type SurfaceRouter } from './surface-router.js';

/** As Node hands it over; the raw packet is there where its parser gave up. */
type ClientError = Error & { readonly code?: string; readonly rawPacket?: unknown };

/** Node keeps the answer under way here, and its own handler of such errors looks at the same place. */
type AnsweringSocket = Socket & { readonly _httpMessage?: ServerResponse | null };

const TOO_LARGE: FailureAnswer = {
  status: 431,
  contentType: JSON_CONTENT_TYPE,
  body: '{"error":"The request line or header is too large"}',
};

/** Enough of a request to tell whose it is: the method and the path. */
const START_OF_REQUEST = /^([A-Z]{3,10}) ([^ ?#\r\n]{1,1024})/;
const START_BYTES = 1_100;

/** Printable ASCII. Parsers of Node before 20.19.3 let other bytes through, which would be stored, and sold, as Latin-1. */
const READABLE_TARGET = /^[!-~]*$/;
export const isReadableTarget = (target: string): boolean => READABLE_TARGET.test(target);

const statusOf = (error: ClientError): number => (error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400);

function answerTo(error: ClientError, router: SurfaceRouter): FailureAnswer {
  if (error.code === 'HPE_HEADER_OVERFLOW') return TOO_LARGE;
  const failure = refusal(statusOf(error));
  const { rawPacket } = error;
  const bytes = Buffer.isBuffer(rawPacket) ? rawPacket.toString('latin1', 0, START_BYTES) : '';
  const start = START_OF_REQUEST.exec(bytes);
  const [, method = '', target = '/'] = start ?? [];
  const path = pathOf(target);
  const errors = (start && router.surfaceOf(path, '')?.errors) ?? plainErrors;
  return errors({ ...failure, method, path, requestId: '' });
}

function text({ status, contentType, body, headers = {} }: FailureAnswer): string {
  const lines = Object.entries({
    Connection: 'close',
    'Content-Type': contentType,
    'Content-Length': String(Buffer.byteLength(body)),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`;
}

/** Whoever waits for the rest of a request is told that it will not come, and answers; nobody else would ever end it. */
function endBody({ req }: ServerResponse, error: ClientError): void {
  if (req.complete || req.listenerCount('error') === 0) return;
  req.emit('error', Object.assign(new Error('the body was broken off'), { statusCode: statusOf(error) }));
}

/**
 * What Node's parser refuses never becomes a request: answers on the socket itself, in the format of the surface whose
 * path it begins with. Junk behind a request that is being worked on waits for that request's answer: a client must
 * not take "malformed" for the word on its sale. A body that breaks off, or takes too long, is refused as one. Nothing is logged, as the error carries the raw bytes, query
 * string included.
 */
export const answerUnreadable =
  (router: SurfaceRouter) =>
  (error: ClientError, socket: AnsweringSocket): void => {
    if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) return void socket.destroy();
    const underWay = socket._httpMessage;
    if (underWay) {
      underWay.once('finish', () => socket.end());
      endBody(underWay, error);
      return;
    }
    socket.end(text(answerTo(error, router)));
  };
