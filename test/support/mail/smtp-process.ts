import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { builtFolder } from '../load/server-process.js';
import type { SmtpBehaviour, TakenMessage } from './smtp-child.js';

/** An SMTP server in a process of its own, which behaves as it is told. */
export class SmtpProcess {
  readonly taken: TakenMessage[] = [];

  private constructor(
    private readonly child: ChildProcess,
    readonly port: number,
  ) {
    child.on('message', (told) => {
      if (typeof told === 'object' && told !== null && 'messageId' in told)
        this.taken.push(told as TakenMessage);
    });
  }

  /** @param port 0: a free one */
  static async start(behaviours: readonly SmtpBehaviour[], port = 0): Promise<SmtpProcess> {
    // Tests run the source in CommonJS; everything else runs the build, which has no such names.
    const isCompiled = typeof __dirname === 'undefined';
    const script = isCompiled
      ? join(builtFolder(), 'test', 'support', 'mail', 'smtp-child.js')
      : join(__dirname, 'smtp-child.ts');
    const child = fork(script, [behaviours.join(), String(port)], {
      execArgv: isCompiled ? [] : ['-r', join(__dirname, '..', 'register.cjs')],
    });
    const [{ port: chosen }] = (await once(child, 'message')) as [{ port: number }];
    return new SmtpProcess(child, chosen);
  }

  get url(): string {
    return `smtp://127.0.0.1:${this.port}`;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await ended;
  }
}
