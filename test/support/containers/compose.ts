import { execFile } from 'node:child_process';
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const LONGEST_MS = 600_000;
const MOST_OUTPUT = 64 * 1024 * 1024;
const LAST_LINES = '30';
const PROJECT = 'keyforge-check';

export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface ContainerState {
  readonly Pid: number;
  readonly ExitCode: number;
  readonly Running: boolean;
}

/** Runs a program to its end. */
function run(program: string, words: readonly string[], input = ''): Promise<Ended> {
  return new Promise((resolve) => {
    const options = { timeout: LONGEST_MS, maxBuffer: MOST_OUTPUT, env: withoutSettings() };
    const child = execFile(program, words, options, (error, out, err) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
      resolve({ code, out, err });
    });
    child.stdin?.end(input);
  });
}

/** What the compose file takes from the shell comes from the run's own `.env` alone. */
function withoutSettings(): NodeJS.ProcessEnv {
  const settings = /^(KEYFORGE_|NODE_ENV$|PUBLIC_URL$|TRUSTED_PROXIES$|LOG_LEVEL$)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !settings.test(name)));
}

export const docker = (...words: string[]): Promise<Ended> => run('docker', words);

/** A line as somebody pastes it into a shell of this machine. */
export const shell = (line: string): Promise<Ended> => run('bash', ['-c', line]);

/** `docker compose` with this repository's file, in a folder and a project of its own. */
export class Compose {
  constructor(private readonly folder: string) {
    copyFileSync('docker-compose.yml', join(folder, 'docker-compose.yml'));
  }

  /** Writes `.env`, as operators do. */
  set(settings: Readonly<Record<string, string>>): void {
    const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
    writeFileSync(join(this.folder, '.env'), lines.join(''));
  }

  call(...words: string[]): Promise<Ended> {
    return this.tell('', ...words);
  }

  tell(input: string, ...words: string[]): Promise<Ended> {
    const own = ['--project-directory', this.folder, '--project-name', PROJECT, '--ansi', 'never'];
    return run('docker', ['compose', ...own, ...words], input);
  }

  /** @throws with what it said unless it ends well */
  async must(...words: string[]): Promise<string> {
    const { code, out, err } = await this.call(...words);
    if (code !== 0)
      throw new Error(`docker compose ${words.join(' ')}: exit code ${code}\n${err.slice(-3_000)}`);
    return out;
  }

  async log(service: string): Promise<string> {
    return this.must('--profile', 'everything', 'logs', '--no-log-prefix', '--no-color', service);
  }

  /** What each container is and last said, for whoever has to find out why a run failed. */
  async lastWords(): Promise<string> {
    const all = ['--profile', 'everything'];
    const { out: states } = await this.call(...all, 'ps', '--all');
    const { out: lines } = await this.call(...all, 'logs', '--no-color', '--tail', LAST_LINES);
    return `${states}\n${lines}`;
  }

  async state(service: string): Promise<ContainerState> {
    const { out, err } = await docker('inspect', `${PROJECT}-${service}-1`);
    const [container] = JSON.parse(out) as [{ State: ContainerState } | undefined];
    if (!container) throw new Error(`there is no ${service}: ${err}`);
    return container.State;
  }

  /** As a crash would, from outside: the engine starts it again. */
  async crash(service: string): Promise<void> {
    process.kill((await this.state(service)).Pid, 'SIGKILL');
  }

  /** Leaves neither containers nor data. */
  async remove(): Promise<void> {
    await this.call('--profile', 'everything', 'down', '--volumes', '--timeout', '5');
  }
}
