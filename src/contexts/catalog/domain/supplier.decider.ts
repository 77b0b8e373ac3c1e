import { isRejection, reject } from '../../../platform/kernel/rejection.js';
import type { SupplierEvent, SupplierFields } from '../events/supplier.events.js';
import * as check from './fields.js';
import type { CatalogRejection } from './rejections.js';
import type { SupplierState } from './supplier.js';

const checks: check.Checks<SupplierFields> = {
  name: check.name,
  country: check.country,
  contactEmail: check.email,
  status: check.anything,
};

export type NewSupplier = Pick<SupplierFields, 'name'> & Partial<SupplierFields>;

const defaults = { country: null, contactEmail: null, status: 'active' } as const;

/** A supplier is registered once: the same id again changes nothing. */
export function registerSupplier(
  state: SupplierState,
  { publicId, ...given }: NewSupplier & { readonly publicId: number },
): SupplierEvent[] | CatalogRejection {
  if (state.exists) return [];
  const fields = check.checkFields(checks, check.withDefaults(defaults, given) as SupplierFields);
  return isRejection(fields) ? fields : [{ type: 'SupplierRegistered', data: { publicId, ...fields } }];
}

export function changeSupplier(
  state: SupplierState,
  changes: Partial<SupplierFields>,
): SupplierEvent[] | CatalogRejection {
  if (!state.exists || state.deleted) return reject('SupplierNotFound');
  const fields = check.checkFields(checks, changes);
  if (isRejection(fields)) return fields;
  const data = check.changedFields<SupplierFields>(state, fields);
  return Object.keys(data).length === 0 ? [] : [{ type: 'SupplierChanged', data }];
}

/** Whoever asks has made sure that nothing refers to the supplier any more. */
export function deleteSupplier(state: SupplierState): SupplierEvent[] | CatalogRejection {
  if (!state.exists) return reject('SupplierNotFound');
  return state.deleted ? [] : [{ type: 'SupplierDeleted', data: {} }];
}
