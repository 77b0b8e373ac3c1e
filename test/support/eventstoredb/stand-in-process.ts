import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** The stand-in in a process of its own, whose log survives `kill -9`. */
export class StandInProcess {
  private child: ChildProcess | null = null;
  private port = 0;

  constructor(private readonly file: string) {}

  get url(): string {
    return `esdb://127.0.0.1:${this.port}?tls=false`;
  }

  async start(): Promise<void> {
    const script = join(__dirname, 'stand-in-child.ts');
    const register = join(__dirname, '..', 'register.cjs');
    const child = spawn(process.execPath, ['-r', register, script, String(this.port), this.file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.child = child;
    const [url] = (await Promise.race([
      once(createInterface(child.stdout!), 'line'),
      once(child, 'exit').then(() => Promise.reject(new Error('the stand-in did not start'))),
    ])) as [string];
    this.port = Number(/:(\d+)\?/.exec(url)![1]);
  }

  async kill(): Promise<void> {
    const { child } = this;
    this.child = null;
    if (!child) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }
}
