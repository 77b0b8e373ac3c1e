import type { Gate, Place } from './sequential-event-store.js';

/** Stops a node at the n-th place of its appends (before its first entry, then after each): pauses it, or kills it. */
export class Stop {
  readonly reached: Promise<void>;
  private arrive!: () => void;
  private go!: () => void;
  private readonly released: Promise<void>;
  private places = 0;
  private hit = false;

  constructor(
    private readonly at: number,
    private readonly how: 'pause' | 'crash',
  ) {
    this.reached = new Promise((resolve) => {
      this.arrive = resolve;
    });
    this.released = new Promise((resolve) => {
      this.go = resolve;
    });
  }

  readonly gate: Gate = async (place: Place) => {
    if (place.phase === 'before' && place.index > 0) return 'continue';
    const here = this.places;
    this.places += 1;
    if (here !== this.at) return 'continue';
    this.hit = true;
    this.arrive();
    if (this.how === 'crash') return 'crash';
    await this.released;
    return 'continue';
  };

  /** Whether the node came to the place. */
  get wasReached(): boolean {
    return this.hit;
  }

  resume(): void {
    this.go();
  }
}
