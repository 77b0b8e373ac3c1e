import type { Aggregate, DomainEvent } from '../kernel/aggregate.js';
import { Run, type RunSource, type View } from './run.js';

/** Thrown through a command's work when it has an append and goes on to another stream. */
export class StepTaken {}

/** A run of which, if it is stepwise, only the first append is wanted. */
export class SharedRun extends Run {
  constructor(
    source: RunSource,
    memo: Map<string, unknown>,
    timeMs: number,
    madeIds: string[],
    private readonly stepwise: boolean,
  ) {
    super(source, memo, timeMs, madeIds);
  }

  override append<S, E extends DomainEvent>(aggregate: Aggregate<S, E>, id: string, events: readonly E[]): S {
    const last = this.lastAppended;
    if (this.stepwise && events.length > 0 && last) {
      if (last.id !== id || last.entry.aggregate.category !== aggregate.category) throw new StepTaken();
    }
    return super.append(aggregate, id, events);
  }

  /** The streams that are appended to. */
  get targets(): View[] {
    return this.views.filter(({ appended }) => appended > 0);
  }
}
