/** What one client has under way, and what waits for it. */
interface Share {
  working: number;
  readonly waiting: (() => void)[];
}

/** Lets so many requests of each client be worked on at once; its others wait, in the order in which they came. */
export class FairShares {
  private readonly shares = new Map<string, Share>();

  constructor(
    private readonly atOnce: number,
    private readonly mostWaiting: number,
  ) {}

  /** Resolves when it is the request's turn, with what ends the turn; null if too many of the client wait already. */
  enter(client: string): Promise<() => void> | null {
    let share = this.shares.get(client);
    if (!share) {
      share = { working: 0, waiting: [] };
      this.shares.set(client, share);
    }
    const { waiting } = share;
    if (share.working === this.atOnce && waiting.length >= this.mostWaiting) return null;
    const leave = (): void => this.leave(client);
    if (share.working < this.atOnce) {
      share.working += 1;
      return Promise.resolve(leave);
    }
    return new Promise((resolve) => waiting.push(() => resolve(leave)));
  }

  /** The turn goes on to the next one of the client, after what others have to do: it may be long in one piece. */
  private leave(client: string): void {
    const share = this.shares.get(client)!;
    const next = share.waiting.shift();
    if (next) setImmediate(next);
    else share.working -= 1;
    if (share.working === 0) this.shares.delete(client);
  }
}
