import type { AccountDirectory } from '../contexts/partners/index.js';

/** How often registrations that nobody finished are looked for. */
const EVERY_MS = 30_000;

/** Finishes or undoes registrations that a crash left half claimed: at start, then now and again. */
export class AccountSweep {
  private timer: NodeJS.Timeout | null = null;
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly directory: Pick<AccountDirectory, 'advanceOpenPlans'>,
    private readonly onError: (error: unknown) => void,
  ) {}

  async start(): Promise<void> {
    this.timer = setInterval(() => this.sweep(), EVERY_MS);
    this.timer.unref();
    this.sweep();
    await this.running;
  }

  async close(): Promise<void> {
    if (this.timer) clearInterval(this.timer);
    await this.running;
  }

  private sweep(): void {
    this.running = this.running
      .then(() => this.directory.advanceOpenPlans())
      .then(() => undefined, this.onError);
  }
}
