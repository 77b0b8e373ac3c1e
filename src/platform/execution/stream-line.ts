import { MAX_APPEND_BYTES, type StreamAppend } from '../event-store/event-store.js';
import type { CachedStream } from './stream-cache.js';
import type { CommandContext, Work } from './transaction.js';

/** Commands in one merged append: more would keep those behind it waiting for nothing. */
const MAX_MERGED_COMMANDS = 256;
/** Bytes after which a merged append takes no more commands; one command may be larger. */
const MERGED_BYTES = MAX_APPEND_BYTES / 2;

/** One command under way on a shared engine. */
export interface Command {
  readonly context: CommandContext;
  readonly work: Work<unknown>;
  readonly memo: Map<string, unknown>;
  /** New ids of runs that led to nothing: the next one uses them. */
  madeIds: string[];
  readonly settle: { resolve(result: unknown): void; reject(error: unknown): void };
  /** Its work goes on from what is there, so that it is decided anew after each of its appends. */
  readonly stepwise: boolean;
  /** Races lost since its last append. */
  losses: number;
  /** Whether anything of it is on disk. */
  stored: boolean;
  /** An answer must rest on what was read, or appended to, after this moment. */
  since: number;
  /**
   * When what it decides on was first found too old: what was looked at since is not, or slow reading would never end. Null:
   * it was not, since it last appended or waited for a turn.
   */
  freshFrom: number | null;
  /** Lines that it has appended to, and so knows as far as its own work is concerned. */
  readonly own: Set<StreamLine>;
  /** Lines whose commands that came before this one are through. */
  readonly awaited: Set<StreamLine>;
  /** Lines that it must hold to append to several streams at once, and those of them that it holds. */
  wanted: readonly StreamLine[];
  held: StreamLine[];
}

export const newCommand = (
  given: Pick<Command, 'context' | 'work' | 'settle' | 'stepwise' | 'since'>,
): Command => ({
  memo: new Map(),
  madeIds: [],
  losses: 0,
  stored: false,
  freshFrom: null,
  own: new Set(),
  awaited: new Set(),
  wanted: [],
  held: [],
  ...given,
});

/** What a stream is after a step. */
export interface StreamEnd {
  readonly line: StreamLine;
  readonly state: unknown;
  readonly revision: number;
  readonly lastAtMs: number;
}

/** What a command has decided: one append, or several for a command that is not stepwise. */
export interface Step {
  readonly command: Command;
  readonly appends: readonly StreamAppend[];
  readonly ends: readonly StreamEnd[];
  /** Nothing is left to do after it: the result counts. */
  readonly isLast: boolean;
  readonly result: unknown;
}

const bytesOf = ({ events }: StreamAppend): number =>
  events.reduce((sum, { data, metadata }) => sum + data.length + metadata.length, 0);

/**
 * The appends of this process to one stream of a shared engine. At most one is under way; who comes meanwhile waits
 * in the lobby, undecided. At the line's next turn all who wait are decided in a row, each on the state after the one
 * before it, and go out as one append.
 */
export class StreamLine {
  /** Something is under way: an append, the reading of news, a pause, or a command holds the line. */
  isBusy = false;
  /** A turn is coming. */
  isScheduled = false;
  lobby: Command[] = [];
  /** The newest moment at which the cached state is known to have been the stream's. */
  provenAt = 0;
  /** Its news are being read, for all who find the state too old. */
  renewing: Promise<void> | null = null;
  /** Until when the stream counts as one that another process appends to as well. */
  contestedUntilMs = 0;
  /** How long its last append took, with the deciding before it. */
  turnMs = 1;
  /** When the deciding of the next append began. */
  turnFromMs = 0;
  private steps: Step[] = [];
  private bytes = 0;

  constructor(readonly entry: CachedStream) {}

  get isForming(): boolean {
    return this.steps.length > 0;
  }

  get isFull(): boolean {
    return this.steps.length >= MAX_MERGED_COMMANDS || this.bytes >= MERGED_BYTES;
  }

  get isIdle(): boolean {
    return !this.isBusy && !this.isForming && this.lobby.length === 0;
  }

  /** The stream as the next command that appends to it sees it: after all that go out with it. */
  get ahead(): CachedStream {
    const end = this.steps.at(-1)?.ends[0];
    if (!end) return this.entry;
    const { state, revision, lastAtMs } = end;
    return { ...this.entry, state, revision, lastAtMs };
  }

  /** Takes a step of one append into the next merged append, if there is room. */
  join(step: Step): boolean {
    const bytes = bytesOf(step.appends[0]!);
    if (this.isForming && (this.isFull || this.bytes + bytes > MAX_APPEND_BYTES)) return false;
    if (!this.isForming) this.turnFromMs = performance.now();
    this.steps.push(step);
    this.bytes += bytes;
    return true;
  }

  /** Everything that has joined, for sending. */
  take(): Step[] {
    const { steps } = this;
    this.steps = [];
    this.bytes = 0;
    return steps;
  }
}

/** Steps of one stream as one append: each begins at the revision at which the one before it ends. */
export function mergedAppend(steps: readonly Step[]): StreamAppend {
  const { stream, expectedRevision } = steps[0]!.appends[0]!;
  return { stream, expectedRevision, events: steps.flatMap(({ appends }) => appends[0]!.events) };
}
