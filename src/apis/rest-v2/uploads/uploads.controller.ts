import { Get, Header, NotFoundException, Param, Post, Req, StreamableFile } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { ADMINS, Allow } from '../access.js';
import { success } from '../answers.js';
import { ApiController } from '../api-controller.js';
import { AnswersFile, AnswersOne, objectOf, TakesBody, TEXT } from '../openapi/answers.schema.js';
import { ImageMaker } from './image-maker.js';
import { fileOf, UPLOADS } from './multipart.js';
import { UploadFiles } from './upload-files.js';

const UPLOAD = objectOf('Upload', { url: TEXT, thumbnail_url: TEXT });
const UPLOAD_FORM = {
  type: 'object',
  properties: { file: { type: 'string', format: 'binary', description: 'PNG, JPEG or WebP, to 5 MiB.' } },
  required: ['file'],
  additionalProperties: false,
};
const FOREVER = 'public, max-age=31536000, immutable';

/** Pictures of products, sent by admins. */
@ApiController(UPLOADS)
export class UploadsController {
  constructor(
    private readonly maker: ImageMaker,
    private readonly files: UploadFiles,
  ) {}

  /** The picture is made anew without its metadata, with a thumbnail, and is on disk before the answer. */
  @Post()
  @Allow(ADMINS)
  @TakesBody(UPLOAD_FORM, 'multipart/form-data')
  @AnswersOne(UPLOAD)
  async upload(@Req() request: FastifyRequest) {
    const { image, thumbnail } = await this.files.save(await this.maker.make(await fileOf(request)));
    return success({ url: `/uploads/${image}`, thumbnail_url: `/uploads/${thumbnail}` });
  }
}

/** What was uploaded, shown to everybody: terminals and mails have no token. */
@ApiController('uploads')
export class UploadedFilesController {
  constructor(private readonly files: UploadFiles) {}

  @Get(':name')
  @Allow('public')
  @AnswersFile('image/*')
  @Header('Cache-Control', FOREVER)
  @Header('X-Content-Type-Options', 'nosniff')
  @Header('Content-Security-Policy', "default-src 'none'")
  async show(@Param('name') name: string) {
    const file = await this.files.read(name);
    if (!file) throw new NotFoundException();
    return new StreamableFile(file.bytes, { type: file.contentType, length: file.bytes.length });
  }
}
