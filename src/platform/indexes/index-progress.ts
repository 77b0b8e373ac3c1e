import { Injectable } from '@nestjs/common';
import { EventStore } from '../event-store/event-store.js';
import type { IndexFollower } from './index-follower.js';

/** Lets a command wait for the local indexes, where it must not miss what was stored before it came. */
@Injectable()
export class IndexProgress {
  private follower: Pick<IndexFollower, 'reached'> | null = null;

  constructor(private readonly events: EventStore) {}

  /** Says who keeps the indexes in step. */
  follow(follower: Pick<IndexFollower, 'reached'>): void {
    this.follower = follower;
  }

  /** Resolves when the indexes reflect everything that is in the log now. */
  async caughtUp(): Promise<void> {
    if (!this.follower) throw new Error('nobody keeps the indexes in step yet');
    await this.follower.reached(await this.events.headPosition());
  }
}
