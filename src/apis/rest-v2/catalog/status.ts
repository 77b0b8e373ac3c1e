import type { Filter } from '../../../platform/read-store/read-store.js';
import { containing, type StatusListQuery } from '../listing.js';

/** The documented 1 and 0. */
export const toStatus = (status: 0 | 1 | undefined): 'active' | 'inactive' | undefined =>
  status === undefined ? undefined : status === 1 ? 'active' : 'inactive';

export const fromStatus = (status: 'active' | 'inactive'): 0 | 1 => (status === 'active' ? 1 : 0);

/** Shown as 1 and 0, stored as texts that come in the other order: `active` before `inactive`. */
export const BY_STATUS = '-status';

/** What lists of what has names, a place and a status are sorted by. */
export const PLACED_SORT = {
  id: 'id',
  name: 'names.en',
  name_en: 'names.en',
  position: 'position',
  status: BY_STATUS,
  created_at: 'createdAt',
  updated_at: 'updatedAt',
};

/** What every list of the catalogue is narrowed by. */
export const catalogFilter = ({ status, search }: StatusListQuery): Filter => ({
  deletedAt: null,
  ...(status === undefined ? {} : { status: toStatus(status) }),
  ...containing('search', search),
});
