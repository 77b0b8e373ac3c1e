import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';

const EXECUTABLE = process.env.REDIS_SERVER ?? 'redis-server';

/** Whether this machine can start a Redis. */
export const hasRedisServer = (): boolean => spawnSync(EXECUTABLE, ['--version']).status === 0;

/** A Redis that keeps what it acknowledged, in a process of its own. */
export class RedisServerProcess {
  private child: ChildProcess | null = null;

  private constructor(
    private readonly directory: string,
    private readonly port: number,
  ) {}

  /** @param running false: one that is to be started later */
  static async make(running = true): Promise<RedisServerProcess> {
    const directory = mkdtempSync(join(tmpdir(), 'keyforge-redis-'));
    const server = new RedisServerProcess(directory, await freePort());
    if (running) await server.start();
    return server;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** @param more arguments over those of a Redis that is set as it should be */
  async start(more: readonly string[] = []): Promise<void> {
    const place = ['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.directory];
    const durable = ['--appendonly', 'yes', '--appendfsync', 'always', '--save', ''];
    const child = spawn(EXECUTABLE, [...place, ...durable, '--maxmemory-policy', 'noeviction', ...more], {
      stdio: 'ignore',
    });
    this.child = child;
    for (;;) {
      if (await this.ask((redis) => redis.ping()).catch(() => null)) return;
      if (child.exitCode !== null) throw new Error(`${EXECUTABLE} ended with ${child.exitCode}`);
      await delay(20);
    }
  }

  async flush(): Promise<void> {
    await this.ask((redis) => redis.flushall());
  }

  /** Everything that is kept, as text. */
  async dump(): Promise<string> {
    return this.ask(async (redis) => {
      const parts: unknown[] = [];
      for (const key of await redis.keys('*')) {
        parts.push(key);
        if ((await redis.type(key)) === 'hash') parts.push(await redis.hgetall(key));
        if ((await redis.type(key)) === 'stream') parts.push(await redis.xrange(key, '-', '+'));
      }
      return JSON.stringify(parts);
    });
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const { child } = this;
    this.child = null;
    if (!child) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }

  /** Stops it in its tracks: connections stay open, nothing is answered. */
  pause(): void {
    this.child?.kill('SIGSTOP');
  }

  resume(): void {
    this.child?.kill('SIGCONT');
  }

  async dispose(): Promise<void> {
    await this.kill();
    rmSync(this.directory, { recursive: true, force: true });
  }

  private async ask<R>(question: (redis: Redis) => Promise<R>): Promise<R> {
    const redis = new Redis(this.url, { lazyConnect: true, retryStrategy: () => null });
    redis.on('error', () => undefined);
    try {
      await redis.connect();
      return await question(redis);
    } finally {
      if (redis.status !== 'end') redis.disconnect();
    }
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
