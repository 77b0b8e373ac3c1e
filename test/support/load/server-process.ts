import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { HttpClient } from './http-client.js';
import { atExit } from './temporary-folder.js';

const START_MS = 90_000;
const STOP_MS = 15_000;
const POLL_MS = 20;

export const TERMINAL_PATH = '/public/json/web.service.2024.php';

/** The build that the running script belongs to. */
export function builtFolder(): string {
  let folder = dirname(process.argv[1] ?? '');
  for (;;) {
    if (existsSync(join(folder, 'src', 'main.js'))) return folder;
    if (dirname(folder) === folder) throw new Error('there is no build: run `npm run build`');
    folder = dirname(folder);
  }
}

/** The product's entry file there. */
export const builtEntry = (): string => join(builtFolder(), 'src', 'main.js');

/** A TCP port of this machine that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return address.port;
}

export interface ServerOptions {
  readonly dataDir: string;
  readonly port: number;
  /** What the server writes is appended here. */
  readonly logFile: string;
  /** Environment variables over the defaults of a quiet server on loopback without demo data. */
  readonly settings: Readonly<Record<string, string>>;
  /** How long the start may take; default half a minute. */
  readonly startWithinMs?: number;
}

/**
 * Node's flags of `npm start`: room for what lives as long as a request, nothing of it among the old objects, few collections of
 * the whole heap, and no crowd of collector threads.
 */
const START_FLAGS =
  '--max-semi-space-size=64 --no-allocation-site-pretenuring --heap-growing-percent=100 --v8-pool-size=1'.split(
    ' ',
  );

/** The real server as a process of its own. Nobody but its starter ends it, by its process id. */
export class ServerProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly port: number,
  ) {}

  /** Starts a server and waits until it answers. @throws when it does not, with the end of its log. */
  static async start(options: ServerOptions): Promise<ServerProcess> {
    const log = openSync(options.logFile, 'a');
    const { PATH = '', HOME = '' } = process.env;
    const child = spawn(process.execPath, [...START_FLAGS, builtEntry()], {
      // Away from any settings file of a developer.
      cwd: dirname(options.dataDir),
      env: {
        PATH,
        HOME,
        HOST: '127.0.0.1',
        PORT: String(options.port),
        DATA_DIR: options.dataDir,
        KEYFORGE_DEMO: '0',
        LOG_LEVEL: 'warn',
        ...options.settings,
      },
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    const server = new ServerProcess(child, options.port);
    child.on(
      'exit',
      atExit(() => child.kill('SIGKILL')),
    );
    try {
      await server.answers(options.startWithinMs ?? START_MS);
      return server;
    } catch (error) {
      await server.kill();
      const end = readFileSync(options.logFile, 'utf8').slice(-2_000);
      throw new Error(`the server did not start: ${(error as Error).message}\n${end}`);
    }
  }

  get pid(): number {
    return this.child.pid ?? -1;
  }

  /** Ends the process at once, wherever it is: SIGKILL, as a power cut would. */
  async kill(): Promise<void> {
    if (!this.hasEnded) {
      const ended = once(this.child, 'exit');
      this.child.kill('SIGKILL');
      await ended;
    }
  }

  /** Stops the process where it is, as a machine does that hangs. It knows nothing of it. */
  pause(): void {
    this.child.kill('SIGSTOP');
  }

  resume(): void {
    this.child.kill('SIGCONT');
  }

  /** Asks the process to end and waits. @returns its exit code; null if it had to be killed. */
  async stop(): Promise<number | null> {
    if (this.hasEnded) return this.child.exitCode;
    const ended = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    const patience = new AbortController();
    const timedOut = sleep(STOP_MS, undefined, { signal: patience.signal }).catch(() => undefined);
    await Promise.race([ended, timedOut]);
    patience.abort();
    await this.kill();
    return this.child.exitCode;
  }

  private get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  private async answers(withinMs: number): Promise<void> {
    const client = new HttpClient(this.port);
    const giveUpAt = Date.now() + withinMs;
    try {
      for (;;) {
        if (this.hasEnded) throw new Error(`it ended with ${this.child.exitCode ?? this.child.signalCode}`);
        const reply = await client.send({ path: TERMINAL_PATH }).catch(() => null);
        if (reply !== null) return;
        if (Date.now() > giveUpAt) throw new Error(`it did not answer within ${withinMs} ms`);
        await sleep(POLL_MS);
      }
    } finally {
      client.close();
    }
  }
}
