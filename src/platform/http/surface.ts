import type { SURFACES } from '../config/settings-schema.js';

export type SurfaceName = (typeof SURFACES)[number];

/** A request that no handler answered: unknown path, unreadable body, an exception. */
export interface HttpFailure {
  /** Status by HTTP's own rules; a surface may answer another one. */
  readonly status: number;
  /** Fit for the caller: never an internal error's own text. */
  readonly message: string;
  /** Per field or rule, where a validation named several. */
  readonly details: readonly string[];
  /** How long the refusal lasts, where that is known. */
  readonly retryAfterSeconds?: number;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly requestId: string;
}

export interface FailureAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** How a surface shows failures, so that its clients meet one error format everywhere. Pure. */
export type SurfaceErrors = (failure: HttpFailure) => FailureAnswer;

/** One API: where it lives and how it fails. */
export interface Surface {
  readonly name: SurfaceName;
  /** Goes before paths that come in on one of the surface's own host names; empty where the documented paths are ours. */
  readonly hostPrefix: '' | `/${string}`;
  /** Paths that are the surface's on every host, each with all that lies below it. The longest match wins. */
  readonly paths: readonly `/${string}`[];
  readonly errors: SurfaceErrors;
}

export const JSON_CONTENT_TYPE = 'application/json; charset=utf-8';

/** For paths that belong to no surface. */
export const plainErrors: SurfaceErrors = ({ status, message }) => ({
  status,
  contentType: JSON_CONTENT_TYPE,
  body: JSON.stringify({ error: message }),
});
