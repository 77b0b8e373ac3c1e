import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { CONTENT_TYPES, EXTENSIONS } from './image-format.js';
import type { MadeImage } from './image-maker.js';

/** Names that {@link UploadFiles} gives, and nothing else: no other file can be asked for. */
const NAME = /^[0-9a-f]{64}(?:-thumbnail)?\.(png|jpg|webp)$/;

export interface UploadedFile {
  readonly bytes: Buffer;
  readonly contentType: string;
}

/** Uploaded pictures in a folder, named by their content: a name never means anything else. */
export class UploadFiles {
  constructor(private readonly folder: string) {}

  /** Names of the picture and its thumbnail, both of which are on disk then. */
  async save({ format, image, thumbnail }: MadeImage): Promise<{ image: string; thumbnail: string }> {
    const hash = createHash('sha256').update(image).digest('hex');
    const names = {
      image: `${hash}.${EXTENSIONS[format]}`,
      thumbnail: `${hash}-thumbnail.${EXTENSIONS[format]}`,
    };
    await mkdir(this.folder, { recursive: true });
    await this.write(names.image, image);
    await this.write(names.thumbnail, thumbnail);
    // A new name, too, is only there for certain once its folder is on disk.
    await sync(this.folder);
    return names;
  }

  /** Null if there is no such upload. */
  async read(name: string): Promise<UploadedFile | null> {
    const extension = NAME.exec(name)?.[1];
    const contentType = extension && CONTENT_TYPES[extension];
    if (!contentType) return null;
    try {
      return { bytes: await readFile(join(this.folder, name)), contentType };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
  }

  /** Appears whole or not at all. */
  private async write(name: string, bytes: Buffer): Promise<void> {
    const unfinished = join(this.folder, `${randomUUID()}.part`);
    const file = await open(unfinished, 'wx');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(unfinished, join(this.folder, name));
  }
}

async function sync(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}
