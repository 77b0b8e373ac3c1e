/** How far another machine's clock is ahead of this one's: somewhere between the two, milliseconds. */
export interface ClockOffset {
  readonly leastMs: number;
  readonly mostMs: number;
}

/**
 * From one question to the other machine.
 * @param theirs what its clock said, and how much later it may have been (a time in whole seconds is cut off).
 */
export const clockOffset = (
  theirs: { readonly atMs: number; readonly precisionMs: number },
  askedAtMs: number,
  answeredAtMs: number,
): ClockOffset => ({
  leastMs: theirs.atMs - answeredAtMs,
  mostMs: theirs.atMs + theirs.precisionMs - askedAtMs,
});

/** Whether the two differ by more than that, wherever in between the truth lies. */
export const isFurtherOff = ({ leastMs, mostMs }: ClockOffset, limitMs: number): boolean =>
  leastMs > limitMs || mostMs < -limitMs;
