import { setTimeout as sleep } from 'node:timers/promises';
import { WriteBack } from './write-back.js';

const EVERY_MS = 2;

class File {
  mtimeMs = 1;
  flushes = 0;
  isClosed = false;
  private held: Promise<void> = Promise.resolve();

  stat = async (): Promise<never> => ({ mtimeMs: this.mtimeMs }) as never;
  datasync = async (): Promise<void> => {
    if (this.isClosed) throw new Error('the file is closed');
    this.flushes += 1;
    await this.held;
  };
  close = async (): Promise<void> => {
    this.isClosed = true;
  };

  /** Flushes wait from now on. @returns what lets them go on */
  hold(): () => void {
    let go = (): void => undefined;
    this.held = new Promise((resolve) => {
      go = resolve;
    });
    return go;
  }
}

describe('what is written back while it changes', () => {
  let file: File;
  let failures: unknown[];
  let writeBack: WriteBack;

  beforeEach(() => {
    file = new File();
    failures = [];
    writeBack = new WriteBack(file, (error) => failures.push(error), EVERY_MS);
  });
  afterEach(() => writeBack.close());

  async function until(flushes: number): Promise<void> {
    while (file.flushes < flushes) await sleep(1);
  }

  it('is flushed after each change, and left alone without one', async () => {
    await until(1);
    await sleep(10 * EVERY_MS);
    expect(file.flushes).toBe(1);
    file.mtimeMs = 2;
    await until(2);
    await sleep(10 * EVERY_MS);
    expect(file.flushes).toBe(2);
  });

  it('is flushed again where it changed while it was flushed', async () => {
    const go = file.hold();
    await until(1);
    file.mtimeMs = 2;
    go();
    await until(2);
  });

  it('is not flushed twice at once, and closed after the flush', async () => {
    const go = file.hold();
    await until(1);
    file.mtimeMs = 2;
    await sleep(10 * EVERY_MS);
    expect(file.flushes).toBe(1);
    const closed = writeBack.close();
    await sleep(10 * EVERY_MS);
    expect(file.isClosed).toBe(false);
    go();
    await closed;
    expect(file.isClosed).toBe(true);
    expect(failures).toEqual([]);
  });

  it('tells of the first failure, and goes on', async () => {
    const failure = new Error('EIO: i/o error, fdatasync');
    const { datasync } = file;
    file.datasync = async () => {
      await datasync();
      throw failure;
    };
    await until(2);
    file.datasync = datasync;
    await until(3);
    expect(failures).toEqual([failure]);
  });
});
