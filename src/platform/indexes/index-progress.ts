import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { EventStore } from '../event-store/event-store.js';
import { StoreUnavailable } from '../kernel/store-unavailable.js';
import type { IndexFollower } from './index-follower.js';

/** How long somebody waits for indexes that what is asked for cannot do without. */
const FOLLOWED_WITHIN_MS = 5_000;

/** What is asked for needs indexes that do not follow the log at the moment, as where their disk is full. */
export class IndexesBehind extends StoreUnavailable {
  /** @param outcome whether anything was stored before that */
  constructor(readonly outcome: 'nothing' | 'unknown') {
    super('the indexes do not follow the log');
    this.name = 'IndexesBehind';
  }
}

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

  /** Resolves when the indexes reflect everything that is in the log now, which may be never: nobody must wait for the answer. */
  async caughtUp(): Promise<void> {
    await this.followed.reached(await this.events.headPosition());
  }

  /** As {@link caughtUp}, but waits no longer than `withinMs`. Answers whether the indexes were behind. */
  async catchUp(withinMs: number): Promise<boolean> {
    const head = await this.events.headPosition();
    if (this.followed.position >= head) return false;
    await this.reaches(head, withinMs);
    return true;
  }

  /**
   * As {@link caughtUp}, for a request.
   * @param outcome of what it has done so far
   * @throws {IndexesBehind} after {@link FOLLOWED_WITHIN_MS}
   */
  async needed(outcome: IndexesBehind['outcome'] = 'nothing'): Promise<void> {
    const head = await this.events.headPosition();
    if (!(await this.reaches(head, FOLLOWED_WITHIN_MS))) throw new IndexesBehind(outcome);
  }

  private async reaches(position: bigint, withinMs: number): Promise<boolean> {
    if (this.followed.position >= position) return true;
    const end = new AbortController();
    const late = delay(withinMs, undefined, end).catch(() => undefined);
    await Promise.race([this.followed.reached(position, end.signal), late]);
    end.abort();
    return this.followed.position >= position;
  }

  private get followed(): Followed {
    if (!this.follower) throw new Error('nobody keeps the indexes in step yet');
    return this.follower;
  }
}
