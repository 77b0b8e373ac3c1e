const KEPT_PER_INVARIANT = 5;

interface Tally {
  checked: number;
  broken: number;
  readonly examples: string[];
}

/**
 * What an audit found, invariant by invariant. An invariant passes when it was looked at and never broken: one that
 * nothing was measured against proves nothing, so it fails as well.
 */
export class Findings {
  private readonly tallies = new Map<string, Tally>();

  /** Announces an invariant, so that it is missed if nothing is ever checked against it. */
  declare(invariant: string): void {
    this.tally(invariant);
  }

  /** Counts one check; `detail` is asked only if it failed. */
  check(invariant: string, holds: boolean, detail: () => string): void {
    const tally = this.tally(invariant);
    tally.checked += 1;
    if (holds) return;
    tally.broken += 1;
    if (tally.examples.length < KEPT_PER_INVARIANT) tally.examples.push(detail());
  }

  get passed(): number {
    return [...this.tallies.values()].filter((tally) => tally.broken === 0 && tally.checked > 0).length;
  }

  get failed(): number {
    return this.tallies.size - this.passed;
  }

  /** Names of the invariants that were broken. */
  get broken(): string[] {
    return [...this.tallies].flatMap(([name, tally]) => (tally.broken > 0 ? [name] : []));
  }

  /** One line per invariant, with examples below those that fail. */
  lines(): string[] {
    return [...this.tallies].flatMap(([name, { checked, broken, examples }]) => {
      if (broken > 0)
        return [`FAILED  ${name} (${broken} of ${checked})`, ...examples.map((e) => `          ${e}`)];
      return [checked > 0 ? `ok      ${name} (${checked})` : `FAILED  ${name} (never put to the test)`];
    });
  }

  private tally(invariant: string): Tally {
    let tally = this.tallies.get(invariant);
    if (!tally) {
      tally = { checked: 0, broken: 0, examples: [] };
      this.tallies.set(invariant, tally);
    }
    return tally;
  }
}
