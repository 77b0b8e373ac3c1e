import { Injectable } from '@nestjs/common';
import { MAX_RECENT_REFERENCES } from '../limits.js';

interface Reference {
  /** Category of streams that the child is in. */
  readonly kind: string;
  readonly childId: string;
  readonly parentId: string;
}

/**
 * What this process lately made to refer to suppliers, categories, products and packages. The index learns of it only when it is stored;
 * until then this proposes it to whoever deletes what it refers to. The streams, with what is under way in them, decide about
 * both alike, so one too many does no harm.
 */
@Injectable()
export class RecentReferences {
  /** The newest last. */
  private readonly references = new Map<string, Reference>();

  /** To be said where the reference is decided. Work that runs again says the same again. */
  add(kind: string, childId: string, parentIds: readonly (string | null | undefined)[]): void {
    for (const parentId of parentIds) {
      if (typeof parentId !== 'string') continue;
      const key = `${kind}/${childId}/${parentId}`;
      this.references.delete(key);
      this.references.set(key, { kind, childId, parentId });
    }
    while (this.references.size > MAX_RECENT_REFERENCES) {
      const [oldest] = this.references.keys();
      this.references.delete(oldest!);
    }
  }

  /** Ids of what of a kind was made to refer to this. */
  of(kind: string, parentId: string): string[] {
    return [...this.references.values()]
      .filter((reference) => reference.kind === kind && reference.parentId === parentId)
      .map(({ childId }) => childId);
  }
}
