import { Injectable } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { CatalogIndex, ViewerReader } from '../../../contexts/catalog/index.js';
import { mayBuy, type PartnerState } from '../../../contexts/partners/index.js';
import { GetRates } from '../../../contexts/pricing/index.js';
import type { Filter } from '../../../platform/read-store/read-store.js';
import type { Caller } from '../access.js';
import { Writes } from '../writes.js';
import { listTerms, type PriceTerms } from './catalog.views.js';

/** What of the catalogue a caller sees: the staff all of it, a partner what it may buy, at its own prices. */
export interface CatalogSight {
  readonly isPartner: boolean;
  /** What narrows a query, beside the fields that the query names itself. */
  readonly products: Filter;
  readonly packages: Filter;
  readonly terms: PriceTerms;
}

const EVERYTHING: Filter = {};

/** Says what callers see of the catalogue. */
@Injectable()
export class PartnerCatalog {
  constructor(
    private readonly writes: Writes,
    private readonly queries: QueryBus,
    private readonly viewers: ViewerReader,
    private readonly index: CatalogIndex,
  ) {}

  async sightOf(caller: Caller): Promise<CatalogSight> {
    const { role, id } = caller.principal;
    if (role !== 'partner') {
      const rates = await this.queries.execute(new GetRates(this.writes.contextOf(caller)));
      return { isPartner: false, products: EVERYTHING, packages: EVERYTHING, terms: listTerms(rates) };
    }
    const { partner, rates } = await this.viewers.read({ partnerId: id, lang: 'en', currency: 'AZN' });
    const { defaultCurrency, allowedCurrencies, access } = partner;
    const productIds = this.productsOpenTo(partner);
    const currencies = [defaultCurrency, ...allowedCurrencies.filter((other) => other !== defaultCurrency)];
    return {
      isPartner: true,
      products: { $and: [{ _id: { $in: productIds } }] },
      packages: {
        $and: [
          { productId: { $in: productIds }, hold: false, inactiveBecause: { $ne: 'admin' } },
          access.packageIds ? { _id: { $in: [...access.packageIds] } } : {},
        ],
      },
      terms: { rates, partner, currencies },
    };
  }

  /** Ids of the products that are offered and of which the partner may buy, or could buy, a package. */
  private productsOpenTo(partner: PartnerState): string[] {
    const { packageIds } = partner.access;
    return this.index
      .offeredProducts('en')
      .map(({ id }) => id)
      .filter((id) => {
        if (!packageIds) return partner.access.allProducts || partner.access.productIds.has(id);
        for (const packageId of this.index.packageIdsOf(id)) if (mayBuy(partner, id, packageId)) return true;
        return false;
      });
  }
}
