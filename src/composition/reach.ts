import { setTimeout as sleep } from 'node:timers/promises';
import { type ClockOffset, isFurtherOff } from '../platform/kernel/clock-offset.js';
import type { Logger } from '../platform/logging/logger.js';

/** How long a start waits for a server: long enough for one that is started at the same time. */
export const START_PATIENCE_MS = 60_000;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 4_000;
/** Further apart, the order of decisions would not be that of the clocks. */
const MAX_CLOCK_OFFSET_MS = 2_000;

/** A server that the settings name cannot be used. The message names the variable and is for the operator. */
export class EngineUnavailable extends Error {
  constructor(
    readonly variable: string,
    problem: string,
    options?: ErrorOptions,
  ) {
    super(`${variable}: ${problem}`, options);
    this.name = 'EngineUnavailable';
  }
}

export interface ReachOptions<T> {
  /** The setting that names the server. */
  readonly variable: string;
  readonly open: () => Promise<T>;
  /** Whether the error may pass by itself. */
  readonly isOutage: (error: unknown) => boolean;
  readonly logger: Logger;
  /** Default {@link START_PATIENCE_MS}. */
  readonly patienceMs?: number;
}

/** Opens what needs a server, and tries again for a bounded time while it is away. @throws {EngineUnavailable} */
export async function reach<T>({
  variable,
  open,
  isOutage,
  logger,
  patienceMs = START_PATIENCE_MS,
}: ReachOptions<T>): Promise<T> {
  const giveUpAt = performance.now() + patienceMs;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    try {
      return await open();
    } catch (error) {
      if (error instanceof EngineUnavailable) throw error;
      const message = error instanceof Error ? error.message : String(error);
      if (!isOutage(error)) throw new EngineUnavailable(variable, message, { cause: error });
      if (performance.now() + pauseMs > giveUpAt) {
        const seconds = Math.round(patienceMs / 1000);
        throw new EngineUnavailable(variable, `cannot be reached for ${seconds} s (${message})`, {
          cause: error,
        });
      }
      logger.warn({ variable, reason: message }, 'a server cannot be reached yet and is tried again');
      await sleep(pauseMs * (0.5 + Math.random() / 2));
    }
  }
}

/** @throws {EngineUnavailable} when the server's clock and this machine's are too far apart. Null: it tells no time. */
export function assertClock(variable: string, offset: ClockOffset | null): void {
  if (offset === null || !isFurtherOff(offset, MAX_CLOCK_OFFSET_MS)) return;
  const isAhead = offset.leastMs > 0;
  const seconds = (Math.min(Math.abs(offset.leastMs), Math.abs(offset.mostMs)) / 1000).toFixed(1);
  throw new EngineUnavailable(
    variable,
    `the server's clock is ${seconds} s ${isAhead ? 'ahead of' : 'behind'} this machine's; ` +
      `${MAX_CLOCK_OFFSET_MS / 1000} s are the most that is allowed: set the clocks by NTP`,
  );
}
