import { plainErrors, type Surface, type SurfaceName } from './surface.js';
import { hostName, pathOf, SurfaceRouter } from './surface-router.js';

const surface = (
  name: SurfaceName,
  hostPrefix: Surface['hostPrefix'],
  ...paths: Surface['paths']
): Surface => ({
  name,
  hostPrefix,
  paths,
  errors: plainErrors,
});

const surfaces = [
  surface('rest-v2', '', '/api'),
  surface('terminal-v1', '', '/api/v1', '/public/json'),
  surface('storefront', '/storefront', '/storefront'),
];

const router = new SurfaceRouter(
  surfaces,
  new Map([
    ['shop.example.com', 'storefront'],
    ['kiosk.example.com', 'terminal-v1'],
    ['pay.example.com', 'checkout'],
  ]),
);

describe('the path of a request target', () => {
  it.each([
    ['/api/x?password=y', '/api/x'],
    ['/api/x#frag?x', '/api/x'],
    ['/api/x', '/api/x'],
    ['http://host:80/api?x=/y', '/api'],
    ['http://host', '/'],
    ['http://host?password=1', '/'],
    ['*', '*'],
    ['', '/'],
  ])('of %j is %j', (target, path) => expect(pathOf(target)).toBe(path));
});

describe('a host name', () => {
  it.each([
    ['Shop.Example.com:8443', 'shop.example.com'],
    ['shop.example.com.', 'shop.example.com'],
    ['[::1]:80', '[::1]'],
    ['', ''],
  ])('of %j is %j', (host, name) => expect(hostName(host)).toBe(name));
});

describe('the surface of a request', () => {
  const find = (path: string, host = 'localhost:3000'): string | undefined =>
    router.surfaceOf(path, host)?.name;

  it('is the one whose path is the longest match', () => {
    expect(find('/api/orders')).toBe('rest-v2');
    expect(find('/api')).toBe('rest-v2');
    expect(find('/api/v1/partners/service')).toBe('terminal-v1');
    expect(find('/api/v10')).toBe('rest-v2');
    expect(find('/storefront/api/orders')).toBe('storefront');
  });

  it('is none for other paths', () => {
    expect(find('/')).toBeUndefined();
    expect(find('/apis')).toBeUndefined();
  });

  it('is that of its host, whatever the path', () => {
    expect(find('/api/orders', 'SHOP.example.com:443')).toBe('storefront');
    expect(find('/nothing', 'kiosk.example.com')).toBe('terminal-v1');
  });
});

describe('a request on a host of its own', () => {
  it('is rewritten to the prefix of its surface, query included', () => {
    expect(router.rewrite('/api/orders?x=/y', 'shop.example.com')).toBe('/storefront/api/orders?x=/y');
    expect(router.rewrite('/', 'shop.example.com')).toBe('/storefront/');
  });

  it('is not rewritten twice', () => {
    expect(router.rewrite('/storefront/api/orders', 'shop.example.com')).toBe('/storefront/api/orders');
    expect(router.rewrite('/storefronts', 'shop.example.com')).toBe('/storefront/storefronts');
  });

  it('stays where the documented paths are ours, and on hosts that nobody configured', () => {
    expect(router.rewrite('/api/v1/partners/service', 'kiosk.example.com')).toBe('/api/v1/partners/service');
    expect(router.rewrite('/api/orders', 'localhost')).toBe('/api/orders');
    expect(router.rewrite('*', 'shop.example.com')).toBe('*');
  });

  it('stays when its surface is not part of this process', () => {
    expect(router.rewrite('/api', 'pay.example.com')).toBe('/api');
  });
});
