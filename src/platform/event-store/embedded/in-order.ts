/** What promises come to, told in the order in which they were added: they may be kept in any other. */
export class InOrder<T> {
  private readonly waiting: Waiting<T>[] = [];

  /** @param promise one that is kept whatever happens */
  add(promise: Promise<T>, tell: (outcome: T) => void): void {
    const one: Waiting<T> = { tell, kept: null };
    this.waiting.push(one);
    void promise.then((outcome) => {
      one.kept = { outcome };
      for (let first = this.waiting[0]; first?.kept; first = this.waiting[0]) {
        this.waiting.shift();
        first.tell(first.kept.outcome);
      }
    });
  }
}

interface Waiting<T> {
  readonly tell: (outcome: T) => void;
  kept: { readonly outcome: T } | null;
}
