import { randomBytes } from 'node:crypto';
import { chmodSync, lstatSync, readdirSync, readlinkSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CONTROL_SOCKET, ControlClient, connectTo } from './control-client.js';
import { type ControlHandler, ControlServer, HOLDER } from './control-server.js';
import { makeFolder } from './make-folder.js';
import { withSocketPath } from './socket-path.js';

/** Folder of the sockets and of the claims on them, in the data directory. */
const LOCK_FOLDER = 'lock';
const CLAIM = /^claim-(\d{1,12})$/;
/** A holder whose thread is busy, or stopped, is a holder all the same. */
const HOLDER_PATIENCE_MS = 1_000;
const SOCKET = /^[0-9a-f]{12}\.sock$/;

export class DataDirectoryInUseError extends Error {
  /** @param command name of the command that holds it; null for a server */
  constructor(
    readonly directory: string,
    readonly command: string | null = null,
  ) {
    const holder =
      command === null
        ? 'a running server: stop it first'
        : `the command "${command}": wait until it is done`;
    super(`the data directory ${directory} is in use by ${holder}, or give this one another DATA_DIR`);
    this.name = 'DataDirectoryInUseError';
  }
}

/**
 * A data directory that this process alone uses, with the control socket by which others talk to it.
 *
 * Whether a holder lives is told by its socket answering, never by a process id. Claims are numbered symbolic links,
 * each to the socket of whoever made it, who listens on it already. To take over from a holder that does not answer
 * is to make the link of the next number: of any number of starters one succeeds. The newest link is never removed,
 * not even at the end, so nobody who was held up can make an older number count; who made one that is not the newest
 * has lost.
 */
export class DataDirectory {
  private constructor(
    /** Absolute. */
    readonly path: string,
    private readonly control: ControlServer,
    private readonly socket: string,
  ) {}

  /**
   * Makes the directory if need be (0700), and takes its lock.
   * @param command name of the command that wants it, for whoever comes meanwhile; null for a server
   * @throws {DataDirectoryInUseError} if another process, or this one, holds it.
   */
  static async open(path: string, command: string | null = null): Promise<DataDirectory> {
    const directory = resolve(path);
    const folder = join(directory, LOCK_FOLDER);
    makeFolder(folder);
    const socket = `${randomBytes(6).toString('hex')}.sock`;
    const control = new ControlServer(command);
    await withSocketPath(folder, socket, (short) => control.listen(short));
    try {
      chmodSync(join(folder, socket), 0o600);
      await claim(directory, folder, socket);
      publish(directory, folder, socket);
      return new DataDirectory(directory, control, socket);
    } catch (error) {
      await control.close();
      rmSync(join(folder, socket), { force: true });
      throw error;
    }
  }

  /** Answers a method of the control socket, which is open to the owner of the directory alone. */
  handle(method: string, handler: ControlHandler): void {
    this.control.handle(method, handler);
  }

  /** Gives the lock back. Everything in the directory must be closed. */
  async close(): Promise<void> {
    await this.control.close();
    rmSync(join(this.path, LOCK_FOLDER, this.socket), { force: true });
  }
}

/** Numbers of all claims, the newest first. */
function claims(folder: string): number[] {
  return readdirSync(folder)
    .flatMap((name) => CLAIM.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => b - a);
}

const claimPath = (folder: string, number: number): string => join(folder, `claim-${number}`);

async function isAlive(folder: string, socket: string): Promise<boolean> {
  const connection = await connectTo(folder, socket);
  connection?.destroy();
  return connection !== null;
}

/** The command that holds a directory; null for a server, and for whoever does not say so in time. */
async function holderOf(folder: string, socket: string): Promise<string | null> {
  const connection = await connectTo(folder, socket);
  if (!connection) return null;
  const client = new ControlClient(connection);
  const late = setTimeout(() => client.close(), HOLDER_PATIENCE_MS);
  const holder = await client.call(HOLDER, null).catch(() => null);
  clearTimeout(late);
  client.close();
  return typeof holder === 'string' ? holder : null;
}

async function claim(directory: string, folder: string, socket: string): Promise<void> {
  for (;;) {
    const newest = claims(folder)[0] ?? 0;
    const holder = newest > 0 ? readlinkSync(claimPath(folder, newest)) : null;
    if (holder !== null && (await isAlive(folder, holder))) {
      const command = await holderOf(folder, holder);
      // One that was letting go just then answers nothing, and is gone.
      if (command !== null || (await isAlive(folder, holder))) {
        throw new DataDirectoryInUseError(directory, command);
      }
    }
    const number = newest + 1;
    try {
      symlinkSync(socket, claimPath(folder, number));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue;
      throw error;
    }
    if (claims(folder)[0] === number) {
      await clearUp(folder, number);
      // Whoever cleared up before may have met this socket in the moment before it listened.
      if (await isAlive(folder, socket)) return;
      throw new Error(`the socket in ${folder} was taken away: start again`);
    }
    // Somebody claimed a later number while this one was on its way here.
    rmSync(claimPath(folder, number), { force: true });
  }
}

/** Removes what earlier holders left. Starters whose sockets still answer are left alone. */
async function clearUp(folder: string, number: number): Promise<void> {
  for (const older of claims(folder)) {
    if (older < number) rmSync(claimPath(folder, older), { force: true });
  }
  for (const name of readdirSync(folder)) {
    if (SOCKET.test(name) && !(await isAlive(folder, name))) rmSync(join(folder, name), { force: true });
  }
}

/** Puts the socket where the command line looks for it. */
function publish(directory: string, folder: string, socket: string): void {
  const fresh = join(folder, `published-${socket}`);
  symlinkSync(join(LOCK_FOLDER, socket), fresh);
  const place = join(directory, CONTROL_SOCKET);
  if (lstatSync(place, { throwIfNoEntry: false })?.isDirectory()) rmSync(place, { recursive: true });
  renameSync(fresh, place);
}
