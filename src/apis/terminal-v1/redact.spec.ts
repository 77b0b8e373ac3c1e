import type { Query } from './parse.js';
import { redact } from './redact.js';

const query = (settings: string, data: string): Query => ({ settings, data });

it('hides what a request brought, as it came, percent-encoded and inside broken JSON', () => {
  const asked = query('{"login":"kiosk-7","password":"pass word"}', '{"email":"a@example.com"');
  const text = redact('failed: kiosk-7 pass word pass%20word a@example.com', asked);
  expect(text).toBe('failed: [hidden] [hidden] [hidden] [hidden]');
});

it('leaves words alone of which a request brought a piece', () => {
  const text = 'EventStoreError: no answer in en, az';
  expect(redact(text, query('{"lang":"en","login":"r"}', '{"currency":"az"}'))).toBe(text);
});
