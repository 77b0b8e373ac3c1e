import { TurnoverMap } from './turnover-map.js';

interface Difference<V> {
  readonly neighbour: NewestMap<V>;
  readonly key: string;
  /** The entry here; undefined if there is none. */
  readonly value: V | undefined;
}

/**
 * An immutable map by text, of which nearly always the newest version is asked. All versions that came one from another share
 * one `Map`, which shows the version that was asked last; each of the others keeps the one entry in which it differs from
 * its neighbour on the way there. So a stream that is folded on and on costs an entry of a `Map` for each event, where
 * a tree of hashes is copied along a path; going back to an older version costs one step for each change between.
 *
 * Versions do not keep those before them alive, an empty one shares nothing, and no value is undefined.
 */
export class NewestMap<V> {
  /** Null unless this is the version that is shown. */
  private shown: TurnoverMap<string, V> | null;
  /** How this version differs from its neighbour; null for the one that is shown. */
  private difference: Difference<V> | null = null;

  private constructor(
    shown: TurnoverMap<string, V>,
    readonly size: number,
  ) {
    this.shown = shown;
  }

  private static readonly NONE = new NewestMap<unknown>(new TurnoverMap(), 0);

  static empty<V>(): NewestMap<V> {
    return NewestMap.NONE as NewestMap<V>;
  }

  static of<V>(entries: Iterable<readonly [string, V]>): NewestMap<V> {
    const shown = new TurnoverMap(entries);
    return shown.size === 0 ? NewestMap.empty() : new NewestMap(shown, shown.size);
  }

  get(key: string): V | undefined {
    return this.show().get(key);
  }

  has(key: string): boolean {
    return this.show().has(key);
  }

  /** Copies: later versions may be made while one goes through them. */
  values(): V[] {
    return [...this.show().values()];
  }

  entries(): [string, V][] {
    return [...this.show().entries()];
  }

  set(key: string, value: V): NewestMap<V> {
    if (this.size === 0) return NewestMap.of([[key, value]]);
    const shown = this.show();
    const before = shown.get(key);
    shown.set(key, value);
    return this.givePlace(new NewestMap(shown, this.size + (before === undefined ? 1 : 0)), key, before);
  }

  remove(key: string): NewestMap<V> {
    const shown = this.show();
    const before = shown.get(key);
    if (before === undefined) return this;
    if (this.size === 1) return NewestMap.empty();
    shown.delete(key);
    return this.givePlace(new NewestMap(shown, this.size - 1), key, before);
  }

  /** The other is shown from now on, and this is it but for one entry. */
  private givePlace(neighbour: NewestMap<V>, key: string, value: V | undefined): NewestMap<V> {
    this.shown = null;
    this.difference = { neighbour, key, value };
    return neighbour;
  }

  private show(): TurnoverMap<string, V> {
    if (this.shown) return this.shown;
    const way: NewestMap<V>[] = [];
    let at: NewestMap<V> = this;
    while (at.difference) {
      way.push(at);
      at = at.difference.neighbour;
    }
    const shown = at.shown!;
    for (const next of way.reverse()) {
      const { key, value } = next.difference!;
      const before = shown.get(key);
      if (value === undefined) shown.delete(key);
      else shown.set(key, value);
      next.shown = shown;
      next.difference = null;
      at.givePlace(next, key, before);
      at = next;
    }
    return shown;
  }
}
