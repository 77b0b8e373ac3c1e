import { Injectable } from '@nestjs/common';
import type { MaybePromise } from '../../../platform/event-store/event-store.js';
import { systemContext } from '../../../platform/execution/system-context.js';
import { Executor } from '../../../platform/execution/transaction.js';
import type { IndexedEvent, LocalIndex } from '../../../platform/indexes/local-index.js';
import { Ids } from '../../../platform/kernel/ids.js';
import { Partner, type PartnerState } from '../domain/partner.js';
import type { PartnerEvent } from '../events/partner.events.js';

interface Known {
  state: PartnerState;
  revision: number;
}

interface Loading {
  readonly result: Promise<PartnerState>;
  /** Highest revision that the log showed meanwhile. */
  seenRevision: number;
}

/**
 * Partners' folded states in memory: read once from the stream, then kept up to date by the log's follower, so that a
 * change made on any node shows within a moment. What decides on money reads the stream itself.
 */
@Injectable()
export class PartnerDirectory implements LocalIndex {
  readonly name = 'partner-states';
  readonly version = 1;
  readonly categories = ['partner'];
  private readonly known = new Map<string, Known>();
  private readonly loading = new Map<string, Loading>();

  constructor(
    private readonly executor: Executor,
    private readonly ids: Ids,
  ) {}

  /** At once for a partner that was asked for before. One that does not exist answers `exists: false`. */
  find(partnerId: string): MaybePromise<PartnerState> {
    const known = this.known.get(partnerId);
    if (known) return known.state;
    const underWay = this.loading.get(partnerId);
    if (underWay) return underWay.result;
    const result = this.load(partnerId).finally(() => this.loading.delete(partnerId));
    this.loading.set(partnerId, { result, seenRevision: -1 });
    return result;
  }

  /** Nothing is kept over a restart. */
  restore(): void {
    this.known.clear();
  }

  apply({ id, revision, type, data }: IndexedEvent): void {
    const loading = this.loading.get(id);
    if (loading) loading.seenRevision = revision;
    const known = this.known.get(id);
    if (!known || revision <= known.revision) return;
    if (revision > known.revision + 1) {
      this.known.delete(id);
      return;
    }
    known.state = Partner.evolve(known.state, { type, data } as PartnerEvent, { revision });
    known.revision = revision;
  }

  private async load(partnerId: string): Promise<PartnerState> {
    for (;;) {
      const read = await this.executor.run(systemContext(this.ids, 'find-partner'), (tx) => ({
        state: tx.load(Partner, partnerId),
        revision: tx.revision(Partner, partnerId),
      }));
      if (read.revision < (this.loading.get(partnerId)?.seenRevision ?? -1)) continue;
      // Ids that nobody has are not remembered: there is no end of them.
      if (read.state.exists) this.known.set(partnerId, read);
      return read.state;
    }
  }
}
