import { JSON_CONTENT_TYPE, type Surface } from '../../platform/http/surface.js';

/** The admins' and partners' API under `/api`: HTTP status codes as they are meant, one error shape. */
export const restV2Surface: Surface = {
  name: 'rest-v2',
  hostPrefix: '',
  paths: ['/api', '/uploads'],
  errors: ({ status, message }) => ({
    status,
    contentType: JSON_CONTENT_TYPE,
    body: JSON.stringify({ success: false, error: message }),
    headers: {
      'Cache-Control': 'no-store',
      ...(status === 429 || status === 503 ? { 'Retry-After': '5' } : {}),
    },
  }),
};
