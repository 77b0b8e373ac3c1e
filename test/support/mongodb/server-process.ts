import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { atExit } from '../load/temporary-folder.js';

/**
 * A server that speaks MongoDB's protocol and keeps what it acknowledged, in a process of its own. Started by the
 * executable that MONGODB_SERVER names: SecantusDB's, which .ci/mongodb installs.
 */
export class MongoServerProcess {
  private child: ChildProcess | null = null;

  private constructor(
    private readonly executable: string,
    private readonly directory: string,
    private readonly port: number,
    private readonly flags: readonly string[],
  ) {}

  /** @param folder where its own is made @param flags of SecantusDB */
  static async start(
    executable: string,
    folder = tmpdir(),
    flags: readonly string[] = [],
  ): Promise<MongoServerProcess> {
    const directory = mkdtempSync(join(folder, 'keyforge-mongodb-'));
    const server = new MongoServerProcess(executable, directory, await freePort(), flags);
    await server.start();
    return server;
  }

  get url(): string {
    return `mongodb://127.0.0.1:${this.port}`;
  }

  /** Again, after it was killed. */
  async start(flags = this.flags): Promise<void> {
    const place = ['--host', '127.0.0.1', '--port', String(this.port), '--storage-path', this.directory];
    const child = spawn(this.executable, [...place, ...flags, '--sync-on-commit', '--log-level', 'ERROR'], {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    this.child = child;
    child.on(
      'exit',
      atExit(() => child.kill('SIGKILL')),
    );
    while (!(await answers(this.port))) {
      if (child.exitCode !== null) throw new Error(`${this.executable} ended with ${child.exitCode}`);
      await delay(20);
    }
  }

  async kill(): Promise<void> {
    const { child } = this;
    this.child = null;
    if (!child) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  async dispose(): Promise<void> {
    await this.kill();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const end = (isThere: boolean) => () => {
      socket.destroy();
      resolve(isThere);
    };
    socket.once('connect', end(true)).once('error', end(false));
  });
}
