import { Injectable } from '@nestjs/common';
import type { PackageDocument } from '../../../../projections/catalog/packages.projection.js';
import type { ProductDocument } from '../../../../projections/catalog/products.projection.js';
import { type KeyDocument, searchedLastFour } from '../../../../projections/inventory/keys.projection.js';
import { KeySearch } from '../../../contexts/inventory/index.js';
import { ReadModels } from '../../../platform/projections/read-models.js';
import { type Filter, MAX_FIND_DOCUMENTS } from '../../../platform/read-store/read-store.js';
import { KEY_SEARCH_LOOKS, KEY_SEARCH_RESULTS } from '../limits.js';
import { KeySelections, type Selection } from './key.selection.js';

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
    const endings = this.search.lastFourOf(text).map(searchedLastFour);
    if (endings.length > 0) await this.walk({ lastFour: { $in: endings } }, take);
    const [packageId, ...others] = selection.packageIds ?? [];
    if (withParts && packageId !== undefined && others.length === 0) {
      for (const id of await this.containing(packageId, selection, text)) await this.takeById(id, take);
    }
    // Nothing sorts after it but what no serial number has.
    await this.walk({ serial: { $gte: text, $lt: `${text}\uffff` } }, take);
    return [...found.values()];
  }

  /** Ids of keys whose text contains the part, among the newest of the package. */
  private async containing(packageId: string, selection: Selection, part: string): Promise<number[]> {
    const ids: number[] = [];
    await this.walk(this.selections.filterOf(selection), ({ _id }) => ids.push(Number(_id)), { _id: -1 });
    const pkg = await this.models.get<PackageDocument>('packages', packageId);
    const product = pkg && (await this.models.get<ProductDocument>('products', pkg.productId));
    return this.search.containing(ids.reverse(), part, product?.keyFormat ?? 'normalized');
  }

  private async takeById(id: number, take: (key: KeyDocument) => void): Promise<void> {
    const key = await this.models.get<KeyDocument>('keys', id);
    if (key) take(key);
  }

  /** Hands over at most {@link KEY_SEARCH_LOOKS} keys. */
  private async walk(
    filter: Filter,
    take: (key: KeyDocument) => void,
    sort?: { readonly _id: -1 },
  ): Promise<void> {
    let left = KEY_SEARCH_LOOKS;
    for await (const keys of this.models.scan<KeyDocument>('keys', {
      filter,
      batch: MAX_FIND_DOCUMENTS,
      ...(sort ? { sort } : {}),
    })) {
      for (const key of keys.slice(0, left)) take(key);
      left -= keys.length;
      if (left <= 0) return;
    }
  }
}
