import { setTimeout as delay } from 'node:timers/promises';
import type { EventStore } from '../event-store/event-store.js';
import type { ReadStore } from '../read-store/read-store.js';
import { MANIFEST_KEY, type Manifest, NO_MANIFEST, type ReadModels, reflects } from './read-models.js';

/** Between two looks while somebody waits for what is not folded yet, and else. */
const AWAITED_MS = 15;
const IDLE_MS = 250;

export interface ManifestWatchOptions {
  readonly documents: Pick<ReadStore, 'readCheckpoint'>;
  readonly models: Pick<ReadModels, 'advance' | 'isAwaited' | 'whenAwaited' | 'position'>;
  readonly events: Pick<EventStore, 'eventAt' | 'headPosition'>;
  /** The documents went back: somebody folds them anew from the beginning. */
  readonly onReplaced: () => void;
  readonly onError: (error: unknown) => void;
}

/**
 * Shows this process what another one folds, by looking at the manifest of the documents again and again: several times
 * a second, and without a pause worth mentioning while somebody waits for a position.
 */
export class ManifestWatch {
  private stopping = new AbortController();
  private running: Promise<void> | null = null;
  private wake: () => void = () => undefined;
  private isOurs = false;
  private failures = 0;

  constructor(private readonly options: ManifestWatchOptions) {}

  start(): void {
    if (this.running) return;
    this.stopping = new AbortController();
    this.isOurs = false;
    this.options.models.whenAwaited(() => this.wake());
    this.running = this.run(this.stopping.signal);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    this.wake();
    await this.running;
    this.running = null;
  }

  private async run(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      try {
        const manifest = (await this.options.documents.readCheckpoint(MANIFEST_KEY)) as Manifest | null;
        if (!stop.aborted) await this.show(manifest ?? NO_MANIFEST);
        this.failures = 0;
      } catch (error) {
        // An outage is told of once; the documents are the last ones meanwhile.
        if (this.failures === 0) this.options.onError(error);
        this.failures += 1;
      }
      await this.pause(stop);
    }
  }

  /** Documents of another log are shown to nobody: their positions mean nothing here. */
  private async show(manifest: Manifest): Promise<void> {
    const { models, events, onReplaced } = this.options;
    const position = BigInt(manifest.position);
    if (position < models.position) {
      this.isOurs = false;
      onReplaced();
    }
    this.isOurs ||= await reflects(manifest, events);
    if (this.isOurs) models.advance(manifest);
  }

  private async pause(stop: AbortSignal): Promise<void> {
    const awake = new AbortController();
    this.wake = () => awake.abort();
    if (stop.aborted) return;
    const pauseMs = this.options.models.isAwaited && this.failures === 0 ? AWAITED_MS : IDLE_MS;
    const signal = pauseMs === IDLE_MS ? awake.signal : stop;
    await delay(pauseMs, undefined, { signal }).catch(() => undefined);
  }
}
