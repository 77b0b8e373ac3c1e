import { Injectable } from '@nestjs/common';
import type { PartnerDocument } from '../../../../projections/partners/partners.projection.js';
import type { Principal } from '../../../platform/auth/tokens.js';
import { ReadModels } from '../../../platform/projections/read-models.js';
import { type Filter, MAX_FIND_DOCUMENTS } from '../../../platform/read-store/read-store.js';

/** UUIDs of the partners whose objects somebody may see. */
export type VisiblePartners = 'all' | readonly string[];

/**
 * Whose objects a caller may see: a partner its own, a manager those of their clients, everybody else of the staff all.
 * What is not visible is to be answered exactly as what does not exist.
 */
@Injectable()
export class PartnerScope {
  constructor(private readonly models: ReadModels) {}

  /** What narrows a query of partner documents. */
  filterOfPartners({ role, id }: Principal): Filter {
    if (role === 'partner') return { _id: id };
    return role === 'manager' ? { managerId: id } : {};
  }

  async partnersVisibleTo(principal: Principal): Promise<VisiblePartners> {
    if (principal.role === 'partner') return [principal.id];
    if (principal.role !== 'manager') return 'all';
    const filter = this.filterOfPartners(principal);
    const ids: string[] = [];
    for (;;) {
      const clients = await this.models.find<PartnerDocument>('partners', {
        filter,
        sort: { id: 1 },
        skip: ids.length,
      });
      ids.push(...clients.map(({ _id }) => String(_id)));
      if (clients.length < MAX_FIND_DOCUMENTS) return ids;
    }
  }

  /** What narrows a query of documents that belong to partners. */
  async filterOf(principal: Principal): Promise<Filter> {
    const visible = await this.partnersVisibleTo(principal);
    return visible === 'all' ? {} : { partnerId: { $in: visible } };
  }

  /** Whether the caller may see what belongs to this partner (UUID). */
  async covers(principal: Principal, partnerId: string): Promise<boolean> {
    if (principal.role === 'partner') return principal.id === partnerId;
    if (principal.role !== 'manager') return true;
    const partner = await this.models.get<PartnerDocument>('partners', partnerId);
    return partner?.managerId === principal.id;
  }
}
