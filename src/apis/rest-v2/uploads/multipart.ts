import multipart from '@fastify/multipart';
import { BadRequestException, PayloadTooLargeException } from '@nestjs/common';
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

/** Lets requests come as multipart; only the routes that read files look into them. */
export const acceptMultipart = async (adapter: FastifyAdapter): Promise<void> => {
  await adapter.getInstance<FastifyInstance>().register(multipart, { limits: LIMITS });
};

/**
 * The one file of a form, in memory.
 * @throws 400 naming what does not belong there, 413 for one that is too large.
 */
export async function fileOf(request: FastifyRequest): Promise<Buffer> {
  if (!request.isMultipart()) throw new BadRequestException('The body must be multipart/form-data');
  let file: Buffer | null = null;
  try {
    for await (const part of request.parts()) {
      if (part.type !== 'file' || part.fieldname !== FIELD || file)
        throw new BadRequestException(`${part.fieldname}: only one ${FIELD} is expected`);
      file = await part.toBuffer();
    }
  } catch (error) {
    const { statusCode } = error as { statusCode?: number };
    if (statusCode === 413)
      throw new PayloadTooLargeException(`${FIELD}: at most one, of ${MAX_UPLOAD_BYTES / 1024 / 1024} MiB`);
    throw error instanceof BadRequestException ? error : new BadRequestException('The form cannot be read');
  }
  if (!file) throw new BadRequestException(`${FIELD}: is missing`);
  return file;
}
