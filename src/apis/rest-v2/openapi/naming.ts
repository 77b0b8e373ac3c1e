/** Name and purpose of a route; the name is what generated clients call it by. */
export interface Naming {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  /** A body as the documentation gives it. */
  readonly example?: unknown;
}

export const named = (
  operationId: string,
  summary: string,
  more: Pick<Naming, 'description' | 'example'> = {},
): Naming => ({ operationId, summary, ...more });
