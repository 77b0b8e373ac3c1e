import { BadRequestException, Injectable, NotFoundException } from '@nestjs/common';
import { type AuditFilter, AuditLog } from '../../../platform/audit/audit-log.js';
import { LogTimes } from '../../../platform/audit/log-times.js';
import { masked } from '../../../platform/audit/masked.js';
import { EventStore, parsePosition } from '../../../platform/event-store/event-store.js';
import { Cursors } from '../../../platform/security/cursors.js';
import { DEFAULT_PAGE_SIZE } from '../limits.js';
import type { AuditEventsQuery, AuditStreamQuery } from './audit.dto.js';
import { eventView } from './audit.views.js';

const NO_STREAM = 'Stream not found';

/** Milliseconds of a time that has the right form. */
function instant(text: string, field: string): number {
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw new BadRequestException(`${field}: there is no such time`);
  return ms;
}

const later = (a: bigint, b: bigint): bigint => (a > b ? a : b);
const earlier = (a: bigint, b: bigint): bigint => (a < b ? a : b);

/** Answers what happened, from the log itself. */
@Injectable()
export class AuditReader {
  constructor(
    private readonly log: AuditLog,
    private readonly store: EventStore,
    private readonly cursors: Cursors,
    private readonly times: LogTimes,
  ) {}

  async events({ cursor, limit = DEFAULT_PAGE_SIZE, ...query }: AuditEventsQuery) {
    const purpose = `audit ${JSON.stringify(Object.entries(query).sort())}`;
    const [begin, upTo] = await this.rangeOf(query);
    const after = cursor === undefined ? begin : this.positionOf(purpose, cursor);
    const { stream, type, actor: actorId, correlation: correlationId } = query;
    const filter: AuditFilter = { stream, type, actorId, correlationId, upTo };
    const page = await this.log.search(filter, after, limit);
    return {
      events: page.events.map(eventView),
      next_cursor: page.isEnd ? null : this.cursors.seal(purpose, String(page.after)),
    };
  }

  async stream(stream: string, { revision: asked, at, limit = DEFAULT_PAGE_SIZE }: AuditStreamQuery) {
    if (asked !== undefined && at !== undefined)
      throw new BadRequestException('revision: not together with at');
    const head = await this.log.headOf(stream);
    if (head < 0) throw new NotFoundException(NO_STREAM);
    const revision =
      at === undefined ? (asked ?? head) : await this.log.revisionAt(stream, instant(at, 'at'));
    if (revision < 0) throw new NotFoundException('The stream began later');
    if (revision > head) throw new NotFoundException(`The stream ends with revision ${head}`);
    const [{ state }, events] = await Promise.all([
      this.log.stateAt(stream, revision),
      this.log.newest(stream, revision, limit),
    ]);
    return { stream, head_revision: head, revision, state: masked(state), events: events.map(eventView) };
  }

  /** Positions between which the events lie: after the first, up to the second. */
  private async rangeOf({ from, to, after, up_to }: AuditEventsQuery): Promise<[bigint, bigint]> {
    const fromPosition =
      from === undefined ? 0n : await this.times.positionAt(this.store, instant(from, 'from') - 1);
    const head = await this.store.headPosition();
    const toPosition = to === undefined ? head : await this.times.positionAt(this.store, instant(to, 'to'));
    const begin = later(fromPosition, after === undefined ? 0n : (parsePosition(after) ?? 0n));
    return [begin, earlier(toPosition, up_to === undefined ? head : (parsePosition(up_to) ?? head))];
  }

  private positionOf(purpose: string, cursor: string): bigint {
    const mark = this.cursors.open(purpose, cursor);
    if (mark === null) throw new BadRequestException('cursor: not one of this list and filter');
    return BigInt(mark);
  }
}
