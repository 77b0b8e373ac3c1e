/** The queues that admins see, wherever they are worked on. */
export class QueueNames {
  constructor(readonly all: readonly string[]) {}

  has(name: string): boolean {
    return this.all.includes(name);
  }
}
