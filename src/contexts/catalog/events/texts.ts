// Stored format, inside the catalogue's events: add optional fields or upcast, never rename.

/** English is there always; where a translation is null, English is shown. */
export interface Names {
  readonly en: string;
  readonly ru: string | null;
  readonly az: string | null;
}

/** Activation instructions; null where there are none in that language. */
export interface Instructions {
  readonly en: string | null;
  readonly ru: string | null;
  readonly az: string | null;
}

export type Status = 'active' | 'inactive';
