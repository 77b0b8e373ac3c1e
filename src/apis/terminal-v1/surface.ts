import { JSON_CONTENT_TYPE, type Surface, type SurfaceErrors } from '../../platform/http/surface.js';
import { ANSWERS, type Answer } from './answers.js';

export const TERMINAL_PATHS = ['/public/json/web.service.2024.php', '/api/v1/partners/service'] as const;

/** Headers of every answer. A query string that carries a password and an answer that carries a key are not cached. */
export function headersOf(answer: Answer): Record<string, string> {
  return {
    'Cache-Control': 'no-store',
    ...(answer.status === 405 ? { Allow: 'GET' } : {}),
    ...(answer.retryAfterSeconds === null ? {} : { 'Retry-After': String(answer.retryAfterSeconds) }),
  };
}

function failureAnswer(status: number): Answer {
  if (status === 429 || status === 503) return ANSWERS['0-13'];
  return ANSWERS[status >= 500 ? '0-99' : '0-1'];
}

/** Terminals read the body alone, so that whatever fails has HTTP status 200, other methods than GET too. */
const errors: SurfaceErrors = ({ status }) => {
  const answer = failureAnswer(status);
  return {
    status: answer.status,
    contentType: JSON_CONTENT_TYPE,
    body: answer.body,
    headers: headersOf(answer),
  };
};

/** The terminals' API at its two documented paths. */
export const terminalV1Surface: Surface = {
  name: 'terminal-v1',
  hostPrefix: '',
  paths: ['/public/json', '/api/v1'],
  errors,
};
