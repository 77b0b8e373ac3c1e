/** The documented envelope. */
export interface Success<T> {
  readonly success: true;
  readonly data: T;
}

export interface Page<T> extends Success<readonly T[]> {
  readonly pagination: {
    readonly page: number;
    readonly limit: number;
    readonly total: number;
    readonly totalPages: number;
  };
}

export const success = <T>(data: T): Success<T> => ({ success: true, data });
