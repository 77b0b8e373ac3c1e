import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { EventStore } from '../event-store/event-store.js';
import type { IndexFollower } from './index-follower.js';

type Followed = Pick<IndexFollower, 'reached' | 'position'>;

/** Lets a command wait for the local indexes, where it must not miss what was stored before it came. */
@Injectable()
export class IndexProgress {
  private follower: Followed | null = null;

  constructor(private readonly events: EventStore) {}

  /** Says who keeps the indexes in step. */
  follow(follower: Followed): void {
    this.follower = follower;
  }

  /** Resolves when the indexes reflect everything that is in the log now. */
  async caughtUp(): Promise<void> {
    await this.followed.reached(await this.events.headPosition());
  }

  /** As {@link caughtUp}, but waits no longer than `withinMs`. Answers whether the indexes were behind. */
  async catchUp(withinMs: number): Promise<boolean> {
    const head = await this.events.headPosition();
    if (this.followed.position >= head) return false;
    const giveUp = new AbortController();
    const late = delay(withinMs, undefined, { signal: giveUp.signal }).catch(() => undefined);
    await Promise.race([this.followed.reached(head), late]);
    giveUp.abort();
    return true;
  }

  private get followed(): Followed {
    if (!this.follower) throw new Error('nobody keeps the indexes in step yet');
    return this.follower;
  }
}
