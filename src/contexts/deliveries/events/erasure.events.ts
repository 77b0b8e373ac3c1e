/** Stored format of `erasure-<keyed hash of an address>` streams: add optional fields or upcast, never rename. */
import type { DomainEvent } from '../../../platform/kernel/aggregate.js';

/** The customer's data key is destroyed with it: what it encrypted is gone for ever. */
export type ErasureEvent = DomainEvent<'CustomerErased', Record<string, never>>;
