import { checkBatch } from '../event-store/append-checks.js';
import { EventStoreError, type StreamAppend } from '../event-store/event-store.js';
import { Suspended, TooEarly, type View } from './run.js';
import type { SequencerOptions } from './sequencer.js';
import { SharedRun, StepTaken } from './shared-run.js';
import { rejectCommand, SharedSender } from './shared-sender.js';
import { SharedStreams } from './shared-streams.js';
import { type Command, mergedAppend, newCommand, type Step, type StreamLine } from './stream-line.js';
import { type CommandContext, Executor, type Work } from './transaction.js';

/** Commands of a process that are not answered yet. One more is refused at once, with nothing stored. */
const MAX_COMMANDS = 8192;

/**
 * The one writer of a process on an engine that goes stream by stream and that others may use. Every stream has a
 * {@link StreamLine}: at most one append under way, and what waits for it goes out together. Commands are decided on
 * what is on disk; of the stream that they append to, on what goes out with them as well.
 *
 * A lost race costs a reading of the news, and deciding again. While another process appends to a stream as well, each
 * pauses after an append of its own, so that they take turns and what waits meanwhile shares the next append.
 */
export class SharedSequencer extends Executor {
  private readonly streams: SharedStreams;
  private readonly sender: SharedSender;
  private commands = 0;

  constructor(private readonly options: SequencerOptions) {
    super();
    this.streams = new SharedStreams(options);
    this.sender = new SharedSender(options, this.streams, {
      decide: (command) => this.decide(command),
      free: (line) => this.free(line),
    });
  }

  run<R>(context: CommandContext, work: Work<R>): Promise<R> {
    return this.submit(context, work, false);
  }

  override advance<R>(context: CommandContext, work: Work<R>): Promise<R> {
    return this.submit(context, work, true);
  }

  private async submit<R>(context: CommandContext, work: Work<R>, stepwise: boolean): Promise<R> {
    if (this.commands >= MAX_COMMANDS) {
      throw new EventStoreError('Unavailable', 'too many commands wait for the event store', 'nothing');
    }
    this.commands += 1;
    try {
      return await this.settled(context, work, stepwise);
    } finally {
      this.commands -= 1;
    }
  }

  private settled<R>(context: CommandContext, work: Work<R>, stepwise: boolean): Promise<R> {
    return new Promise<R>((resolve, reject) => {
      const settle = { resolve: resolve as (result: unknown) => void, reject };
      this.decide(newCommand({ context, work, settle, stepwise, since: this.streams.now() }));
    });
  }

  /** Runs the work, then sends what it decided, answers, or has it wait. `ahead`: the line whose turn it is. */
  private decide(command: Command, ahead: StreamLine | null = null): void {
    let floorMs = 0;
    for (let target = ahead; ; ) {
      const seen = new Map<string, StreamLine>();
      const timeMs = Math.max(this.options.clock.now(), floorMs);
      const { memo, madeIds, stepwise } = command;
      const run = new SharedRun(this.streams.source(seen, target), memo, timeMs, madeIds, stepwise);
      let result: unknown;
      let isLast = true;
      try {
        result = command.work(run);
      } catch (thrown) {
        if (thrown instanceof TooEarly) {
          floorMs = thrown.atMs;
          continue;
        }
        if (!(thrown instanceof StepTaken)) {
          this.interrupted(command, thrown);
          return;
        }
        isLast = false;
      }
      const targets = run.targets.map(({ entry }) => seen.get(entry.stream)!);
      // What is appended to is checked by its revision; what was appended to stands.
      const isKnown = (line: StreamLine): boolean => targets.includes(line) || command.own.has(line);
      const outdated = this.streams
        .outdated(seen.values(), command.freshFrom)
        .filter((line) => !isKnown(line));
      if (outdated.length > 0) {
        command.freshFrom ??= this.streams.now();
        this.interrupted(command, new Suspended(this.streams.renew(outdated)));
        return;
      }
      const only = targets.length === 1 ? targets[0]! : null;
      if (this.waits(command, { seen, targets, ahead: target })) return;
      if (only?.isForming && target !== only) {
        target = only;
        continue;
      }
      if (targets.length === 0) void this.answer(command, run.views, seen, result);
      else this.proceed(command, run, { targets, isLast, result });
      return;
    }
  }

  /** Lines that it holds it keeps meanwhile: it might never get them all soon enough again. */
  private interrupted(command: Command, thrown: unknown): void {
    const fail = (error: unknown): void => {
      this.letGo(command);
      rejectCommand(command, error);
    };
    if (thrown instanceof Suspended) thrown.until.then(() => this.decide(command), fail);
    else fail(thrown);
  }

  /** Has the command wait for the turn of a line, if what it saw or wants to append to asks for it. */
  private waits(
    command: Command,
    {
      seen,
      targets,
      ahead,
    }: { seen: Map<string, StreamLine>; targets: StreamLine[]; ahead: StreamLine | null },
  ): boolean {
    // It saw what is not on disk and does not go out with it.
    if (ahead?.isForming && (targets.length !== 1 || targets[0] !== ahead)) {
      this.letGo(command);
      ahead.lobby.unshift(command);
      return true;
    }
    const isHeld = (line: StreamLine): boolean => command.held.includes(line);
    let place = targets.length === 1 && targets[0]!.isBusy && !isHeld(targets[0]!) ? targets[0]! : null;
    if (!place && !command.stepwise) {
      // What this process was asked before is to be seen, as far as it was under way when this command came.
      for (const line of seen.values()) {
        const isUnderWay = line.isBusy || line.isForming;
        if (isUnderWay && !isHeld(line) && !targets.includes(line) && !command.awaited.has(line))
          place = line;
      }
    }
    if (!place) return false;
    this.letGo(command);
    this.park(command, place);
    return true;
  }

  private park(command: Command, line: StreamLine): void {
    // It may wait long: what it looked at is looked at again then.
    command.freshFrom = null;
    line.lobby.push(command);
    line.entry.inFlight = line;
    this.schedule(line);
  }

  /** Joins the next append of the only stream that the command appends to, or sends its batch over lines that it holds. */
  private proceed(
    command: Command,
    run: SharedRun,
    decided: { targets: StreamLine[]; isLast: boolean; result: unknown },
  ): void {
    const { targets, isLast, result } = decided;
    const missing = targets.filter((line) => !command.held.includes(line));
    if (missing.length > 0) this.letGo(command);
    if (missing.length > 0 && targets.length > 1) {
      command.wanted = targets.toSorted((a, b) => (a.entry.stream < b.entry.stream ? -1 : 1));
      this.hold(command);
      return;
    }
    let appends: StreamAppend[];
    try {
      appends = run.encode(command.context);
      checkBatch(appends);
    } catch (error) {
      this.letGo(command);
      rejectCommand(command, error);
      return;
    }
    const ends = run.targets.map(({ state, revision }, index) => ({
      line: targets[index]!,
      state,
      revision,
      lastAtMs: run.decidedAtMs,
    }));
    command.madeIds = [];
    const step: Step = { command, appends, ends, isLast, result };
    if (command.held.length > 0) {
      const lines = command.held;
      command.held = [];
      void this.sender.send(lines, [step], appends);
      return;
    }
    const [line] = targets;
    line!.entry.inFlight = line!;
    if (line!.join(step)) this.schedule(line!);
    else line!.lobby.unshift(command);
  }

  /** Takes the next line that the command wants, in the order of their names so that nobody waits in a circle. */
  private hold(command: Command): void {
    for (;;) {
      const line = command.wanted.find((wanted) => !command.held.includes(wanted));
      if (!line) {
        command.wanted = [];
        this.decide(command);
        return;
      }
      if (!this.streams.isCurrent(line)) {
        command.wanted = [];
        this.letGo(command);
        this.decide(command);
        return;
      }
      if (!line.isIdle) {
        this.park(command, line);
        return;
      }
      this.occupy(command, line);
    }
  }

  private occupy(command: Command, line: StreamLine): void {
    line.isBusy = true;
    line.entry.inFlight = line;
    line.turnFromMs = performance.now();
    command.held.push(line);
  }

  private letGo(command: Command): void {
    const { held } = command;
    command.held = [];
    for (const line of held) this.free(line);
  }

  private free(line: StreamLine): void {
    line.isBusy = false;
    this.schedule(line);
  }

  private schedule(line: StreamLine): void {
    if (line.isBusy || line.isScheduled) return;
    line.isScheduled = true;
    queueMicrotask(() => {
      line.isScheduled = false;
      this.turn(line);
    });
  }

  /** Decides those who wait, each on what the ones before it append, and sends it all as one. */
  private turn(line: StreamLine): void {
    if (line.isBusy) return;
    const waiting = line.lobby;
    line.lobby = [];
    let next = 0;
    while (next < waiting.length && !line.isFull && !line.isBusy) {
      const command = waiting[next]!;
      if (command.wanted.length > 0) {
        if (line.isForming) break;
        this.occupy(command, line);
        next += 1;
        this.hold(command);
        break;
      }
      next += 1;
      command.awaited.add(line);
      this.decide(command, line.isForming ? line : null);
    }
    line.lobby.push(...waiting.slice(next));
    if (line.isBusy) return;
    if (line.isForming) {
      const steps = line.take();
      void this.sender.send([line], steps, [mergedAppend(steps)]);
    } else if (line.isIdle) {
      this.streams.rest(line);
    } else {
      this.schedule(line);
    }
  }

  /** An answer without an append: everything that it rests on must have been read since the command went on. */
  private async answer(
    command: Command,
    views: readonly View[],
    seen: ReadonlyMap<string, StreamLine>,
    result: unknown,
  ): Promise<void> {
    this.letGo(command);
    try {
      await this.streams.prove(seen.values(), command.since);
    } catch (error) {
      rejectCommand(command, error);
      return;
    }
    const hasMoved = views.some((view) => seen.get(view.entry.stream)!.entry.revision !== view.revision);
    if (hasMoved) this.decide(command);
    else command.settle.resolve(result);
  }
}
