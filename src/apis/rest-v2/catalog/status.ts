import type { Filter } from '../../../platform/read-store/read-store.js';

/** The documented 1 and 0. */
export const toStatus = (status: 0 | 1 | undefined): 'active' | 'inactive' | undefined =>
  status === undefined ? undefined : status === 1 ? 'active' : 'inactive';

export const statusFilter = (status: 0 | 1 | undefined): Filter =>
  status === undefined ? {} : { status: toStatus(status) };
