import type { Provider, Type } from '@nestjs/common';
import { ApiDocumentSource, ReferenceController } from './reference.controller.js';

export const REFERENCE_CONTROLLERS: Type[] = [ReferenceController];

/** What the composition root registers beside {@link REFERENCE_CONTROLLERS}. */
export const referenceProviders = (document: () => unknown): Provider[] => [
  { provide: ApiDocumentSource, useValue: { document } satisfies ApiDocumentSource },
];
