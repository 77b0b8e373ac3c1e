import { bannerText, shownUrl } from './banner.js';
import { NOTHING_MADE } from './first-start.js';

const LISTENING = 'http://127.0.0.1:41234';

it('a port that the system chose is shown, unless clients have an address of their own', () => {
  expect(shownUrl(LISTENING, { port: 0, publicUrl: 'http://localhost:0' })).toBe(LISTENING);
  expect(shownUrl(LISTENING, { port: 0, publicUrl: 'https://keys.example.com' })).toBe(
    'https://keys.example.com',
  );
  expect(shownUrl(LISTENING, { port: 41234, publicUrl: 'http://localhost:41234' })).toBe(
    'http://localhost:41234',
  );
});

it('who has lost the password of the admin is told at each start how to get in', () => {
  const settings = { port: 41234, publicUrl: LISTENING, adminPassword: null };
  expect(bannerText(LISTENING, settings, NOTHING_MADE)).toContain('npm run cli -- reset-password admin');
});
