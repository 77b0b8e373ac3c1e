/**
 * An expected refusal: returned by deciders, never thrown. `code` comes from the closed union of its context;
 * `detail` holds only what may be shown to the caller (no secrets).
 */
export class Rejection<Code extends string = string> {
  constructor(
    readonly code: Code,
    readonly detail: Readonly<Record<string, string | number>> = {},
  ) {}
}

export const reject = <Code extends string>(
  code: Code,
  detail?: Readonly<Record<string, string | number>>,
): Rejection<Code> => new Rejection(code, detail);

export const isRejection = (value: unknown): value is Rejection => value instanceof Rejection;
