import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { lookWithin } from './look-within.js';

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** A request that was answered, named so that the number of its kinds stays small. */
export interface AnsweredRequest {
  /** `none` for paths that belong to no surface. */
  readonly surface: string;
  readonly method: string;
  /** Template of the route (`/api/orders/:id`), never a path that somebody sent. */
  readonly route: string;
  readonly status: number;
}

export type CommitOutcome = 'stored' | 'refused' | 'failed';

export interface Reading {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

/**
 * What the process tells Prometheus about itself. Names begin with `keyforge_`; those of Node's own figures are
 * prom-client's. Labels take values from closed sets alone: no ids, no paths, nothing that a request brought.
 */
export class Metrics {
  private readonly registry = new Registry();
  private readonly http: Histogram;
  private readonly commitSeconds: Histogram;
  private readonly commits: Counter;
  private readonly commands: Counter;

  constructor() {
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry });
    this.http = new Histogram({
      name: 'keyforge_http_request_duration_seconds',
      help: 'Time from the header of a request to the end of its answer',
      labelNames: ['surface', 'method', 'route', 'status'],
      buckets: SECONDS,
      registers,
    });
    this.commitSeconds = new Histogram({
      name: 'keyforge_commit_duration_seconds',
      help: 'Time from handing a batch of events to the log to its acknowledgement',
      buckets: SECONDS,
      registers,
    });
    this.commits = new Counter({
      name: 'keyforge_commits_total',
      help: 'Batches of events handed to the log',
      labelNames: ['outcome'],
      registers,
    });
    this.commands = new Counter({
      name: 'keyforge_commands_total',
      help: 'Commands carried out; the outcome is ok, the code of a rejection, or error',
      labelNames: ['command', 'outcome'],
      registers,
    });
  }

  answered(request: AnsweredRequest, seconds: number): void {
    const { surface, method, route, status } = request;
    this.http.observe({ surface, method, route, status }, seconds);
  }

  committed(outcome: CommitOutcome, seconds: number): void {
    this.commits.inc({ outcome });
    if (outcome === 'stored') this.commitSeconds.observe(seconds);
  }

  carriedOut(command: string, outcome: string): void {
    this.commands.inc({ command, outcome });
  }

  /**
   * Shows figures that are read when somebody asks for them. One that cannot be read, while a server is away or hangs say, is NaN,
   * or has no rows, and takes no other with it. @param name without the prefix `keyforge_`
   */
  gauge(
    name: string,
    help: string,
    read: () => number | readonly Reading[] | Promise<number | readonly Reading[]>,
    labelNames: readonly string[] = [],
  ): void {
    new Gauge({
      name: `keyforge_${name}`,
      help,
      labelNames,
      registers: [this.registry],
      async collect() {
        const found = await lookWithin(Promise.resolve().then(read)).catch(() =>
          labelNames.length === 0 ? Number.NaN : [],
        );
        this.reset();
        for (const { labels = {}, value } of typeof found === 'number' ? [{ value: found }] : found) {
          this.set(labels, value);
        }
      },
    });
  }

  /** A histogram in seconds for whoever measures. @param name without the prefix `keyforge_` */
  histogram(name: string, help: string): (seconds: number) => void {
    const histogram = new Histogram({
      name: `keyforge_${name}`,
      help,
      buckets: SECONDS,
      registers: [this.registry],
    });
    return (seconds) => histogram.observe(seconds);
  }

  get contentType(): string {
    return this.registry.contentType;
  }

  /** In Prometheus' text format. */
  render(): Promise<string> {
    return this.registry.metrics();
  }
}
