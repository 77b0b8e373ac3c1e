import { Readable } from 'node:stream';
import { PayloadTooLargeException } from '@nestjs/common';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/** A report is a few hundred bytes of JSON. */
const MAX_REPORT_BYTES = 256 * 1024;

type RawRequest = FastifyRequest & { rawBody?: Buffer };

/** Keeps the bytes of what comes in at one path, since a signature is over them and not over what they mean. */
export function keepRawBody(adapter: FastifyAdapter, path: string): void {
  adapter.getInstance<FastifyInstance>().addHook('onRoute', (route) => {
    if (route.url !== path) return;
    route.preParsing = async (request: RawRequest, reply, payload) => {
      const chunks: Buffer[] = [];
      let size = 0;
      for await (const chunk of payload) {
        size += (chunk as Buffer).length;
        if (size > MAX_REPORT_BYTES) {
          // Nobody reads the rest of it, so that no other request can follow.
          reply.header('Connection', 'close');
          throw new PayloadTooLargeException('The request body is too large');
        }
        chunks.push(chunk as Buffer);
      }
      request.rawBody = Buffer.concat(chunks);
      return Object.assign(Readable.from([request.rawBody]), { receivedEncodedLength: size });
    };
  });
}

/** The bytes of a request's body; none if there was none. */
export const rawBodyOf = (request: FastifyRequest): Buffer =>
  (request as RawRequest).rawBody ?? Buffer.alloc(0);
