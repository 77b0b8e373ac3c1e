import type { Jobs } from '../jobs/jobs.js';
import type { Clock } from '../kernel/clock.js';
import type { Process } from './process.js';
import { type ProcessFigures, ProcessRunner } from './process-runner.js';

export interface ProcessesOptions {
  readonly list: readonly Process[];
  readonly jobs: Jobs;
  readonly clock: Clock;
  readonly onError: (error: unknown, name: string, key: string) => void;
}

/** All processes, run while this node is the worker. They may be started again after they were stopped. */
export class Processes {
  private runners: ProcessRunner[] = [];

  constructor(private readonly options: ProcessesOptions) {
    const names = options.list.map(({ name }) => name);
    const twice = names.find((name, place) => names.indexOf(name) !== place);
    if (twice) throw new Error(`two processes are named ${twice}`);
  }

  get names(): readonly string[] {
    return this.options.list.map(({ name }) => name);
  }

  start(): void {
    const { list, jobs, clock, onError } = this.options;
    this.runners = list.map((process) => new ProcessRunner({ process, jobs, clock, onError }));
    for (const runner of this.runners) runner.start();
  }

  /** Resolves when everything under way has ended. */
  async stop(): Promise<void> {
    await Promise.all(this.runners.splice(0).map((runner) => runner.close()));
  }

  /** Runs what is due now, without its wake-ups; resolves when it has been done. */
  async runDue(): Promise<void> {
    await Promise.all(this.runners.map((runner) => runner.runDue()));
  }

  /** By name; empty while this node is not the worker. */
  figures(): ReadonlyMap<string, ProcessFigures> {
    return new Map(this.runners.map((runner) => [runner.name, runner.figures()]));
  }
}
