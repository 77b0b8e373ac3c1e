import { Busboy, type BusboyInstance } from '@fastify/busboy';
import {
  BadRequestException,
  type HttpException,
  PayloadTooLargeException,
  UnsupportedMediaTypeException,
} from '@nestjs/common';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { MAX_UPLOAD_BYTES } from './limits.js';

const FIELD = 'file';
const LIMITS = {
  fileSize: MAX_UPLOAD_BYTES,
  files: 1,
  fields: 1,
  parts: 2,
  fieldSize: 1_024,
  headerPairs: 20,
};

const CONTENT_TYPE = 'multipart/form-data';
const notAForm = (): HttpException => new BadRequestException(`The body must be ${CONTENT_TYPE}`);
const unsupported = (): HttpException =>
  new UnsupportedMediaTypeException('The content type is not supported');
const unreadable = (): HttpException => new BadRequestException('The form cannot be read');
const unexpected = (name: string): HttpException =>
  new BadRequestException(`${name}: only one ${FIELD} is expected`);
const tooLarge = (): HttpException =>
  new PayloadTooLargeException(`${FIELD}: at most one, of ${MAX_UPLOAD_BYTES / 1024 / 1024} MiB`);

/** Where files are sent to. */
export const UPLOADS = 'api/uploads';

/**
 * Lets files come as multipart, to the route that looks into them: any other would take a form for a body that says nothing.
 * Fastify's own plug-in would run two asynchronous hooks for every request, whatever it asks for.
 */
export function acceptMultipart(adapter: FastifyAdapter): void {
  adapter.getInstance<FastifyInstance>().addContentTypeParser(CONTENT_TYPE, (request, _body, done) => {
    const isExpected = request.is404 || request.routeOptions.url === `/${UPLOADS}`;
    done(isExpected ? null : unsupported());
  });
}

function parserOf({ headers }: FastifyRequest): BusboyInstance {
  const contentType = headers['content-type'];
  if (!contentType?.toLowerCase().startsWith(CONTENT_TYPE)) throw notAForm();
  try {
    return new Busboy({ headers: { ...headers, 'content-type': contentType }, limits: LIMITS });
  } catch {
    throw unreadable();
  }
}

/**
 * The one file of a form, in memory.
 * @throws 400 naming what does not belong there, 413 for one that is too large.
 */
export async function fileOf(request: FastifyRequest): Promise<Buffer> {
  const parser = parserOf(request);
  const { raw } = request;
  const chunks: Buffer[] = [];
  let hasFile = false;
  try {
    await new Promise<void>((resolve, reject) => {
      parser.on('file', (name, part) => {
        if (name !== FIELD || hasFile) reject(unexpected(name));
        hasFile = true;
        part.on('data', (chunk: Buffer) => chunks.push(chunk));
        part.on('limit', () => reject(tooLarge()));
        part.on('error', () => reject(unreadable()));
      });
      parser.on('field', (name) => reject(unexpected(name)));
      for (const limit of ['filesLimit', 'fieldsLimit', 'partsLimit'] as const) {
        parser.on(limit, () => reject(tooLarge()));
      }
      parser.on('error', () => reject(unreadable()));
      parser.on('finish', () => resolve());
      for (const end of ['close', 'error']) raw.on(end, () => reject(unreadable()));
      raw.pipe(parser);
    });
  } finally {
    // What is left of a form that was refused is read and dropped, so that the client gets to the answer.
    raw.unpipe(parser);
    raw.resume();
  }
  if (!hasFile) throw new BadRequestException(`${FIELD}: is missing`);
  return Buffer.concat(chunks);
}
