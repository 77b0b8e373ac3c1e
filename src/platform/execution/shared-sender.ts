import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Appended,
  EventStoreError,
  type Refused,
  type StreamAppend,
} from '../event-store/event-store.js';
import type { SequencerOptions } from './sequencer.js';
import type { SharedStreams } from './shared-streams.js';
import { takeSnapshot } from './snapshot-taking.js';
import type { Command, Step, StreamLine } from './stream-line.js';

/** How often one command may lose the race for one append before it is given up. */
const MAX_LOSSES = 100;
/** How long a stream counts as contested after another process appended to it. */
const CONTESTED_MS = 1_000;
/** The longest pause for the sake of others. */
const MAX_PAUSE_MS = 50;

/** What becomes of commands and lines after a sending. */
interface SenderHooks {
  decide(command: Command): void;
  /** The line's next turn may come. */
  free(line: StreamLine): void;
}

/** An error after a stored step must not say that nothing was stored. */
export function rejectCommand(command: Command, error: unknown): void {
  const isPartly = command.stored && error instanceof EventStoreError && error.outcome === 'nothing';
  command.settle.reject(
    isPartly ? new EventStoreError(error.code, error.message, 'unknown', { cause: error }) : error,
  );
}

/** Sends appends to a shared engine, and brings what is known of the streams up to date after each. */
export class SharedSender {
  constructor(
    private readonly options: SequencerOptions,
    private readonly streams: SharedStreams,
    private readonly hooks: SenderHooks,
  ) {}

  /** Sends what belongs to the lines, which are taken until its outcome is known. */
  async send(
    lines: readonly StreamLine[],
    steps: readonly Step[],
    batch: readonly StreamAppend[],
  ): Promise<void> {
    for (const line of lines) {
      line.isBusy = true;
      line.entry.inFlight = line;
    }
    const sentAt = this.streams.now();
    let outcome: Appended | Refused;
    try {
      outcome = await this.options.store.append(batch);
    } catch (error) {
      for (const { command } of steps) rejectCommand(command, error);
      // What was in doubt may be stored: who waits decides on what is there.
      await this.refresh(lines, 0).catch(() => undefined);
      for (const line of lines) this.hooks.free(line);
      return;
    }
    if (outcome.outcome === 'appended') {
      this.stored(lines, steps, sentAt);
      return;
    }
    if (outcome.index > 0) for (const { command } of steps) command.stored = true;
    await this.lost(lines, steps);
  }

  private stored(lines: readonly StreamLine[], steps: readonly Step[], sentAt: number): void {
    for (const { ends, appends } of steps) {
      for (const { line, state, revision, lastAtMs } of ends) {
        const { entry } = line;
        if (revision <= entry.revision) continue;
        entry.state = state;
        entry.revision = revision;
        entry.durableRevision = revision;
        entry.lastAtMs = lastAtMs;
        line.provenAt = Math.max(line.provenAt, sentAt);
        takeSnapshot(this.options, entry, entry, appends);
      }
    }
    const now = performance.now();
    for (const line of lines) {
      line.turnMs = Math.min(now - line.turnFromMs, MAX_PAUSE_MS);
      if (now < line.contestedUntilMs) void this.giveWay(line);
      else this.hooks.free(line);
    }
    for (const { command, ends, isLast, result } of steps) {
      command.stored = true;
      command.losses = 0;
      command.freshFrom = null;
      for (const { line } of ends) command.own.add(line);
      if (isLast) {
        command.settle.resolve(result);
        continue;
      }
      command.since = this.streams.now();
      this.hooks.decide(command);
    }
  }

  /** Somebody else has moved a stream: all of the append is decided again on what is there now. */
  private async lost(lines: readonly StreamLine[], steps: readonly Step[]): Promise<void> {
    const commands = steps.map(({ command }) => command);
    for (const command of commands) command.losses += 1;
    const losses = Math.max(...commands.map((command) => command.losses));
    const turnMs = Math.max(...lines.map((line) => line.turnMs));
    try {
      await this.refresh(lines, losses > 1 ? Math.random() * turnMs : 0);
    } catch (error) {
      for (const command of commands) rejectCommand(command, error);
      for (const line of lines) this.hooks.free(line);
      return;
    }
    for (const line of lines) {
      line.contestedUntilMs = performance.now() + CONTESTED_MS;
      this.hooks.free(line);
    }
    for (const command of commands) {
      if (command.losses < MAX_LOSSES) this.hooks.decide(command);
      else {
        const message = `lost ${MAX_LOSSES} races in a row: ${lines.map(({ entry }) => entry.stream).join(', ')}`;
        rejectCommand(command, new EventStoreError('Unavailable', message, 'nothing'));
      }
    }
  }

  /** Leaves a contested stream to others for about as long as an append takes them. */
  private async giveWay(line: StreamLine): Promise<void> {
    const before = line.entry.revision;
    await this.refresh([line], (1 + Math.random()) * line.turnMs).catch(() => undefined);
    if (line.entry.revision > before) line.contestedUntilMs = performance.now() + CONTESTED_MS;
    this.hooks.free(line);
  }

  private async refresh(lines: readonly StreamLine[], pauseMs: number): Promise<void> {
    if (pauseMs > 0) await sleep(Math.min(pauseMs, MAX_PAUSE_MS));
    await Promise.all(lines.map((line) => this.streams.catchUp(line)));
  }
}
