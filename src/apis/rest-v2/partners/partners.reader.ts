import { Injectable, NotFoundException } from '@nestjs/common';
import type { PackageDocument } from '../../../../projections/catalog/packages.projection.js';
import type { ProductDocument } from '../../../../projections/catalog/products.projection.js';
import type { PartnerDocument } from '../../../../projections/partners/partners.projection.js';
import { AccountIndex } from '../../../contexts/partners/index.js';
import type { Principal } from '../../../platform/auth/tokens.js';
import type { Currency } from '../../../platform/kernel/money.js';
import { ReadModels } from '../../../platform/projections/read-models.js';
import type { Filter } from '../../../platform/read-store/read-store.js';
import { decimalOf } from '../amounts.js';
import { PartnerScope } from './partner-scope.js';

const STATUS = { inactive: 0, active: 1, blocked: 2, deleted: 2 } as const;
const NOBODY = 'Partner not found';

/** Partners as a caller may see them: whoever is not theirs is not there. */
@Injectable()
export class PartnersReader {
  constructor(
    private readonly models: ReadModels,
    private readonly accounts: AccountIndex,
    private readonly scope: PartnerScope,
  ) {}

  /** What narrows every query to the partners that the caller may see. */
  scopeOf(principal: Principal): Filter {
    return this.scope.filterOfPartners(principal);
  }

  /**
   * Deleted ones too: they are blocked for ever, and what they bought and paid is still there to be seen.
   * @throws 404 for unknown and other people's partners alike.
   */
  async find(principal: Principal, publicId: number): Promise<PartnerDocument> {
    const filter = { id: publicId, ...this.scopeOf(principal) };
    const found = await this.models.findOne<PartnerDocument>('partners', filter);
    if (!found) throw new NotFoundException(NOBODY);
    return found;
  }

  /** UUID of the member of the staff with this number. @throws 404 naming the field. */
  managerOf(publicId: number | null | undefined): string | null | undefined {
    if (publicId === null || publicId === undefined) return publicId;
    const found = this.accounts.findByPublicId(publicId);
    if (found?.kind !== 'staff') throw new NotFoundException('manager_id: not found');
    return found.id;
  }

  /** Everything about one partner but its secrets. @throws 404 as {@link find} */
  async profile(principal: Principal, publicId: number) {
    const found = await this.find(principal, publicId);
    return { ...this.partner(found), access: await this.access(found) };
  }

  partner(document: PartnerDocument) {
    const { defaultCurrency, creditLimit, managerId } = document;
    return {
      id: document.id,
      name: document.name,
      login: document.login,
      status: STATUS[document.status],
      ...this.currencies(document),
      billing_mode: document.billingMode,
      credit_limit: creditLimit === null ? null : decimalOf(creditLimit, defaultCurrency),
      markup_percent: document.markupPercent,
      commission_percent: document.commissionPercent,
      all_products: document.access.allProducts,
      reveal_on: document.revealOn,
      max_open_reservations: document.maxOpenReservations,
      ip_allowlist: document.ipAllowlist,
      balance_alert_below: Object.fromEntries(
        (Object.entries(document.balanceAlerts) as [Currency, string][]).map(([currency, minor]) => [
          currency,
          decimalOf(minor, currency),
        ]),
      ),
      logo_url: document.logoUrl,
      support_email: document.supportEmail,
      language: document.language ?? null,
      manager_id: managerId && (this.accounts.find(managerId)?.publicId ?? null),
      has_api_key: document.hasApiKey,
      created_at: document.createdAt,
      updated_at: document.updatedAt,
    };
  }

  currencies({ defaultCurrency, allowedCurrencies, rateMarkupPercent }: PartnerDocument) {
    return {
      default_currency: defaultCurrency,
      allowed_currencies: allowedCurrencies,
      rate_markup_percent: rateMarkupPercent,
    };
  }

  /** Of what is still there, so that the same can be put back. */
  async access({ access }: PartnerDocument) {
    const { allProducts, productIds, packageIds } = access;
    return {
      all_products: allProducts,
      product_ids: await this.numbersOf<ProductDocument>('products', productIds),
      package_ids: packageIds && (await this.numbersOf<PackageDocument>('packages', packageIds)),
    };
  }

  private async numbersOf<D extends ProductDocument | PackageDocument>(
    projection: 'products' | 'packages',
    ids: readonly string[],
  ): Promise<number[]> {
    const found = await Promise.all(ids.map((id) => this.models.get<D>(projection, id)));
    return found
      .flatMap((document) => (document && !document.deletedAt ? [document.id] : []))
      .sort((a, b) => a - b);
  }
}
