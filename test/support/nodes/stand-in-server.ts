import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { builtFolder, freePort } from '../load/server-process.js';
import { atExit } from '../load/temporary-folder.js';

/** A server that tests may end and start again. */
export interface TestServer {
  readonly url: string;
  start(): Promise<void>;
  kill(): Promise<void>;
}

/** Runs a program until it is killed, by its process id; starting it again is the same program in the same place. */
export class ChildServer implements TestServer {
  private child: ChildProcess | null = null;

  constructor(
    readonly url: string,
    private readonly program: string,
    private readonly parameters: readonly string[],
    /** What its first line of output must hold; null: it says nothing, and is asked by `answers`. */
    private readonly answers: (child: ChildProcess) => Promise<void>,
  ) {}

  async start(): Promise<void> {
    const child = spawn(this.program, this.parameters, { stdio: ['ignore', 'pipe', 'ignore'] });
    this.child = child;
    child.on(
      'exit',
      atExit(() => child.kill('SIGKILL')),
    );
    await Promise.race([
      this.answers(child),
      once(child, 'exit').then(() => Promise.reject(new Error(`${this.program} ended at its start`))),
    ]);
    child.stdout?.resume();
  }

  async kill(): Promise<void> {
    const { child } = this;
    this.child = null;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }
}

const says =
  (text: string) =>
  async (child: ChildProcess): Promise<void> => {
    for await (const line of createInterface(child.stdout!)) if (line.includes(text)) return;
  };

/** The stand-in for EventStoreDB, whose log survives the end of its process. */
export async function standInServer(folder: string): Promise<TestServer> {
  const port = await freePort();
  const script = join(builtFolder(), 'test', 'support', 'eventstoredb', 'stand-in-child.js');
  const parameters = [script, String(port), join(folder, 'eventstoredb.log')];
  return new ChildServer(`esdb://127.0.0.1:${port}?tls=false`, process.execPath, parameters, says('esdb://'));
}

/** Debian's redis-server, as the product wants it. */
export async function redisServer(folder: string): Promise<TestServer> {
  const port = await freePort();
  const options = {
    port,
    dir: folder,
    bind: '127.0.0.1',
    appendonly: 'yes',
    appendfsync: 'always',
    save: '',
  };
  const parameters = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const all = [...parameters, '--maxmemory-policy', 'noeviction'];
  return new ChildServer(
    `redis://127.0.0.1:${port}`,
    'redis-server',
    all,
    says('Ready to accept connections'),
  );
}
