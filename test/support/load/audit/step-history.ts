/** A value over time, as a step function. Times are milliseconds; a step's time is never before the last one's. */
export class StepHistory {
  private readonly times: number[] = [];
  private readonly values: bigint[] = [];

  constructor(private readonly initial: bigint) {}

  get last(): bigint {
    return this.values.at(-1) ?? this.initial;
  }

  record(atMs: number, value: bigint): void {
    this.times.push(Math.max(atMs, this.times.at(-1) ?? atMs));
    this.values.push(value);
  }

  /** The lowest value that stood at any moment of the window, its bounds included. */
  lowest(fromMs: number, toMs: number): bigint {
    let step = this.firstNotBefore(fromMs);
    let lowest = step === 0 ? this.initial : this.values[step - 1]!;
    for (; step < this.times.length && this.times[step]! <= toMs; step += 1) {
      if (this.values[step]! < lowest) lowest = this.values[step]!;
    }
    return lowest;
  }

  private firstNotBefore(timeMs: number): number {
    let low = 0;
    let high = this.times.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.times[middle]! < timeMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
