/** Largest image that may be sent. */
export const MAX_UPLOAD_BYTES = 5 * 1024 * 1024;
/** Most pixels of an image that is decoded: a small file may claim to be a huge picture. */
export const MAX_UPLOAD_PIXELS = 40_000_000;
/** Longest side of a stored image, and of its thumbnail; larger ones are made smaller. */
export const MAX_IMAGE_SIDE = 2_048;
export const THUMBNAIL_SIDE = 320;
/** Images that wait for their turn; more are refused for the moment. */
export const MAX_WAITING_IMAGES = 8;
/** How long one picture may be worked on. */
export const IMAGE_TIMEOUT_SECONDS = 15;
