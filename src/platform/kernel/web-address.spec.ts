import { isPathBelow, isWebAddress } from './web-address.js';

it.each([
  ['https://a.example/a.png', true],
  ['http://a.example:8080/a.png?size=2#top', true],
  ['https://a.example/who@where.png', true],
  ['https://user:pw@a.example/a.png', false],
  ['https://user@a.example/a.png', false],
  ['https://:pw@a.example/a.png', false],
  ['https://[', false],
  ['https://a.example:99999/', false],
  ['https:///a.png', false],
  ['https://a.example/ b.png', false],
  ['ftp://a.example/a.png', false],
  ['/uploads/a.png', false],
])('%s is an address to show: %s', (text, is) => {
  expect(isWebAddress(text)).toBe(is);
});

it.each([
  ['/uploads/a.png', true],
  ['/uploads/products/a..b.png', true],
  ['/uploads/../a.png', false],
  ['/uploads/%2e%2E/a.png', false],
  ['/uploads/x/../../a.png', false],
  ['/uploads/..\\a.png', false],
  ['/uploads/a b.png', false],
  ['/elsewhere/a.png', false],
  ['https://a.example/uploads/a.png', false],
])('%s is below /uploads/: %s', (text, is) => {
  expect(isPathBelow('/uploads/', text)).toBe(is);
});

it.each(['//a.example/logo.png', '/\\a.example/logo.png'])('%s is another server', (text) => {
  expect(isPathBelow('/', text)).toBe(false);
});
