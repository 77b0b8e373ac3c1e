/** Longest name of anything in the catalogue, in code points. */
export const MAX_NAME_LENGTH = 200;
/** Longest activation instructions in one language, in code points. */
export const MAX_INSTRUCTIONS_LENGTH = 10_000;
/** Longest country name, in code points. */
export const MAX_COUNTRY_LENGTH = 100;
/** Longest image address. */
export const MAX_URL_LENGTH = 2_048;
/** Positions lie between minus this and this. */
export const MAX_POSITION = 1_000_000_000;
/** Most keys that count as few. */
export const MAX_LOW_STOCK_THRESHOLD = 1_000_000;
/** Highest price or cost in whole units of its currency: 10^15 minor units where they are hundredths. */
export const MAX_PRICE_UNITS = 10n ** 13n;
/** Deepest nesting of categories, the root's children counted as 1. */
export const MAX_CATEGORY_DEPTH = 32;
/** Rows that the terminals' listings keep between requests, over all partners. */
export const MAX_CACHED_LISTING_ROWS = 100_000;
/** Packages whose prices are converted in one batch of appends. */
export const PACKAGES_PER_CONVERSION_STEP = 100;
/** References that are proposed to who deletes what they refer to before they are stored: more than can be under way at once. */
export const MAX_RECENT_REFERENCES = 10_000;
