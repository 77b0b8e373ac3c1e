import type { MessagePort } from 'node:worker_threads';
import { unreachable } from '../../kernel/unreachable.js';
import type { FoldedBatch, Projecting } from '../projecting.js';
import type { Manifest, Readers } from '../read-models.js';
import type { OnProgress } from '../rebuild.js';
import type { Verified } from '../verification.js';
import { type Order, type Report, toError } from './protocol.js';

/** What the host drives. */
export interface Hosted {
  readonly projecting: Omit<Projecting, 'status'>;
  /** The log has grown. */
  onNews(): void;
  /** Closes the stores; nothing is folded any more. */
  close(): Promise<void>;
}

/** How long a crash waits for the batch under way before the thread ends. */
const CRASH_CLOSE_MS = 5_000;

/** The folding thread's end of the line: takes orders, and tells of what is folded. */
export class ProjectionHost {
  private awaited = 0n;
  private reached = 0n;
  private wake: (position: bigint) => void = () => undefined;
  private hosted: Hosted | null = null;
  private starting: Promise<void> = Promise.resolve();
  private hasCrashed = false;

  constructor(private readonly port: MessagePort) {}

  /** The readers, who are in the other thread. */
  readonly readers: Readers = ((host: ProjectionHost): Readers => ({
    get isAwaited() {
      return host.awaited > host.reached;
    },
    whenAwaited(listener) {
      host.wake = listener;
    },
    advance(manifest: Manifest, batch?: FoldedBatch) {
      host.reached = BigInt(manifest.position);
      host.report({ kind: 'manifest', manifest, batch });
    },
    close: () => undefined,
  }))(this);

  report(report: Report): void {
    this.port.postMessage(report);
  }

  /** Starts to fold and takes orders until told to stop. */
  async serve(hosted: Hosted): Promise<void> {
    this.hosted = hosted;
    this.port.on('message', (order: Order) => {
      this.take(order, hosted).catch((error: unknown) => this.crash(error));
    });
    this.starting = hosted.projecting.start();
    await this.starting;
    this.report({ kind: 'started' });
  }

  /** Tells of an error that nobody handled, and ends the thread as far as it can as if it had been told to. */
  crash(error: unknown): void {
    if (this.hasCrashed) return;
    this.hasCrashed = true;
    this.report({ kind: 'crashed', error: toError(error) });
    const end = (): never => process.exit(1);
    setTimeout(end, CRASH_CLOSE_MS);
    (this.hosted ? this.close(this.hosted) : Promise.resolve()).then(end, end);
  }

  private async close({ projecting, close }: Hosted): Promise<void> {
    await this.starting.catch(() => undefined);
    await projecting.stop();
    await close();
    this.report({ kind: 'closed' });
  }

  private async take(order: Order, hosted: Hosted): Promise<void> {
    switch (order.kind) {
      case 'news':
        hosted.onNews();
        break;
      case 'awaited':
        if (order.position > this.awaited) this.awaited = order.position;
        if (this.readers.isAwaited) this.wake(order.position);
        break;
      case 'rebuild':
        await this.foldAnew(order.number, async (onProgress) => {
          await hosted.projecting.rebuild(order.projections, onProgress);
          return null;
        });
        break;
      case 'verify':
        await this.foldAnew(order.number, (onProgress) =>
          hosted.projecting.verify(order.projection, onProgress),
        );
        break;
      case 'stop':
        await this.close(hosted);
        this.port.close();
        break;
      default:
        unreachable(order);
    }
  }

  private async foldAnew(
    number: number,
    run: (onProgress: OnProgress) => Promise<Verified | null>,
  ): Promise<void> {
    try {
      const result = await run((progress) => this.report({ kind: 'progress', number, progress }));
      this.report({ kind: 'finished', number, result });
    } catch (cause) {
      this.report({ kind: 'unfinished', number, error: toError(cause) });
    }
  }
}
