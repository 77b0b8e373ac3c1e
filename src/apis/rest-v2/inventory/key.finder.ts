import { Injectable } from '@nestjs/common';
import type { PackageDocument } from '../../../../projections/catalog/packages.projection.js';
import type { ProductDocument } from '../../../../projections/catalog/products.projection.js';
import { lotGroupOf } from '../../../../projections/inventory/key-ids.js';
import { type KeyDocument, searchedLastFour } from '../../../../projections/inventory/keys.projection.js';
import type { LotDocument } from '../../../../projections/inventory/lots.projection.js';
import { KeySearch } from '../../../contexts/inventory/index.js';
import { ReadModels } from '../../../platform/projections/read-models.js';
import { type Filter, MAX_FIND_DOCUMENTS, type Sort } from '../../../platform/read-store/read-store.js';
import { KEY_SEARCH_LOOKS, KEY_SEARCH_RESULTS } from '../limits.js';
import { KeySelections, type Selection } from './key.selection.js';

/** Groups of lots of one walk, and of a search: with two forms of an ending no more than a query may name. */
const [GROUPS_PER_WALK, GROUPS_PER_SEARCH] = [400, 50_000];

/** From the newest down. A document without a group was made before there were groups, and is soon made anew. */
function* groupsUpTo(newest: number): Generator<{ readonly $in: readonly (number | null)[] }> {
  const oldest = Math.max(0, newest - GROUPS_PER_SEARCH + 1);
  for (let last = newest; last >= oldest; last -= GROUPS_PER_WALK) {
    const length = Math.min(GROUPS_PER_WALK, last - oldest + 1);
    const groups = Array.from({ length }, (_, back) => last - back);
    yield { $in: last === newest ? [null, ...groups] : groups };
  }
}

/** Finds keys by what a search may name of them. It never takes long: it ends after so many results and looks. */
@Injectable()
export class KeyFinder {
  constructor(
    private readonly models: ReadModels,
    private readonly selections: KeySelections,
    private readonly search: KeySearch,
  ) {}

  /**
   * The keys of a selection with this text, with these last four characters, or whose serial number begins so. At most
   * {@link KEY_SEARCH_RESULTS}.
   * @param withParts also those of the selection's only package whose text contains it
   */
  async find(selection: Selection, text: string, withParts: boolean): Promise<KeyDocument[]> {
    const found = new Map<number, KeyDocument>();
    const isSelected = (key: KeyDocument): boolean => this.selections.includes(selection, key);
    const take = (key: KeyDocument): void => {
      if (found.size < KEY_SEARCH_RESULTS && isSelected(key)) found.set(Number(key._id), key);
    };
    for (const id of this.search.withText(text)) await this.takeById(id, take);
    const lastFour = { $in: this.search.lastFourOf(text).map(searchedLastFour) };
    if (lastFour.$in.length > 0) await this.walkGroups({ lastFour }, take);
    const [packageId, ...others] = selection.packageIds ?? [];
    if (withParts && packageId !== undefined && others.length === 0) {
      for (const id of await this.containing(packageId, selection, text)) await this.takeById(id, take);
    }
    // Nothing sorts after it but what no serial number has.
    await this.walkGroups({ serial: { $gte: text, $lt: `${text}\uffff` } }, take);
    return [...found.values()];
  }

  /** Ids of keys whose text contains the part, among the newest of the package. */
  private async containing(packageId: string, selection: Selection, part: string): Promise<number[]> {
    const ids: number[] = [];
    await this.walk(this.selections.filterOf(selection), ({ _id }) => ids.push(Number(_id)), {
      sort: { _id: -1 },
    });
    const pkg = await this.models.get<PackageDocument>('packages', packageId);
    const product = pkg && (await this.models.get<ProductDocument>('products', pkg.productId));
    return this.search.containing(ids.reverse(), part, product?.keyFormat ?? 'normalized');
  }

  /** Hands over at most {@link KEY_SEARCH_LOOKS} keys, those of the newest lots first. */
  private async walkGroups(filter: Filter, take: (key: KeyDocument) => void): Promise<void> {
    const [newest] = await this.models.find<LotDocument>('lots', { sort: { _id: -1 }, limit: 1 });
    let left = KEY_SEARCH_LOOKS;
    for (const lotGroup of newest ? groupsUpTo(lotGroupOf(newest._id)) : []) {
      left -= await this.walk({ lotGroup, ...filter }, take, { atMost: left });
      if (left <= 0) return;
    }
  }

  private async takeById(id: number, take: (key: KeyDocument) => void): Promise<void> {
    const key = await this.models.get<KeyDocument>('keys', id);
    if (key) take(key);
  }

  /** Hands over keys, and says how many. */
  private async walk(
    filter: Filter,
    take: (key: KeyDocument) => void,
    { atMost = KEY_SEARCH_LOOKS, ...order }: { readonly atMost?: number; readonly sort?: Sort } = {},
  ): Promise<number> {
    let count = 0;
    const batch = MAX_FIND_DOCUMENTS;
    for await (const keys of this.models.scan<KeyDocument>('keys', { filter, batch, ...order })) {
      const looked = keys.slice(0, atMost - count);
      for (const key of looked) take(key);
      count += looked.length;
      if (count >= atMost) break;
    }
    return count;
  }
}
