import { JSON_CONTENT_TYPE, type Surface } from '../../platform/http/surface.js';

/** After what is refused or away for a moment. */
const RETRY_AFTER_SECONDS = 5;

/** The admins' and partners' API under `/api`: HTTP status codes as they are meant, one error shape. */
export const restV2Surface: Surface = {
  name: 'rest-v2',
  hostPrefix: '',
  paths: ['/api', '/uploads'],
  errors: ({ status, message, retryAfterSeconds = RETRY_AFTER_SECONDS }) => ({
    status,
    contentType: JSON_CONTENT_TYPE,
    body: JSON.stringify({ success: false, error: message }),
    headers: {
      'Cache-Control': 'no-store',
      ...(status === 429 || status === 503 ? { 'Retry-After': String(retryAfterSeconds) } : {}),
    },
  }),
};
