import { BadRequestException, Injectable } from '@nestjs/common';
import { KnownOutage } from '../../../platform/http/failure.js';
import { formatOf, type ImageFormat } from './image-format.js';
import {
  IMAGE_TIMEOUT_SECONDS,
  MAX_IMAGE_SIDE,
  MAX_UPLOAD_PIXELS,
  MAX_WAITING_IMAGES,
  THUMBNAIL_SIDE,
} from './limits.js';

export interface MadeImage {
  readonly format: ImageFormat;
  readonly image: Buffer;
  readonly thumbnail: Buffer;
}

const NO_IMAGE = 'file: must be a PNG, JPEG or WebP image';

/**
 * Makes new pictures of pictures: only pixels pass, no metadata, no other content and no hidden frames. One at a time
 * and with one thread, since the threads that decode are those that write to the disk.
 */
@Injectable()
export class ImageMaker {
  private turn: Promise<unknown> = Promise.resolve();
  private waiting = 0;

  /** @throws 400 for what is no picture or too many pixels, 503 when too many wait. */
  async make(bytes: Buffer): Promise<MadeImage> {
    const format = formatOf(bytes);
    if (!format) throw new BadRequestException(NO_IMAGE);
    if (this.waiting >= MAX_WAITING_IMAGES) throw new KnownOutage('Too many images at once');
    this.waiting += 1;
    const made = this.turn.then(() => encode(bytes, format));
    this.turn = made.catch(() => undefined);
    return made.finally(() => {
      this.waiting -= 1;
    });
  }
}

async function encode(bytes: Buffer, format: ImageFormat): Promise<MadeImage> {
  // Loaded with the first upload: most processes never see one.
  const { default: sharp } = await import('sharp');
  sharp.cache(false);
  sharp.concurrency(1);
  const within = (input: Buffer, side: number): Promise<Buffer> =>
    sharp(input, { limitInputPixels: MAX_UPLOAD_PIXELS, failOn: 'error' })
      .autoOrient()
      .resize({ width: side, height: side, fit: 'inside', withoutEnlargement: true })
      .toFormat(format)
      .timeout({ seconds: IMAGE_TIMEOUT_SECONDS })
      .toBuffer();
  try {
    const image = await within(bytes, MAX_IMAGE_SIDE);
    return { format, image, thumbnail: await within(image, THUMBNAIL_SIDE) };
  } catch {
    // Whatever the decoder says of hostile bytes is of no use to anybody.
    throw new BadRequestException(`${NO_IMAGE} of at most ${MAX_UPLOAD_PIXELS / 1_000_000} million pixels`);
  }
}
