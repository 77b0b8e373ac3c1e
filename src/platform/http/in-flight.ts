/** Bounds the requests that are being worked on, so that an overload is refused at once and not queued for ever. */
export class InFlightLimit {
  private count = 0;

  constructor(private readonly maximum: number) {}

  /** False when full; else {@link leave} must follow. */
  tryEnter(): boolean {
    if (this.count >= this.maximum) return false;
    this.count += 1;
    return true;
  }

  leave(): void {
    this.count -= 1;
  }

  get current(): number {
    return this.count;
  }
}
