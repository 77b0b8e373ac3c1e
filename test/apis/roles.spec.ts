import fc from 'fast-check';
import type { FastifyInstance } from 'fastify';
import { makeApiDocument } from '../../src/composition/api-document.js';
import type { Role } from '../../src/platform/auth/account-source.js';
import type { Operation } from '../../src/platform/openapi/api-document.js';
import { type ApiWorld, ROLES, startApiWorld } from '../openapi/api-world.js';
import { type FuzzedRequest, tidyRequestsOf } from '../openapi/arbitraries.js';

const SEED = 5;
const SAMPLES = 4;
const MISSING = 987_654_321;

const document = makeApiDocument();
const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({
    ...{ method: method.toUpperCase(), path },
    operation: operation as Operation,
    name: `${method.toUpperCase()} ${path}`,
  })),
);
type Target = (typeof operations)[number];

const mayCall = ({ operation }: Target, role: Role): boolean => operation['x-roles']?.includes(role) ?? true;
const changes = ({ method }: Target): boolean => method !== 'GET';
const isOwnSession = ({ path }: Target): boolean => path.startsWith('/api/auth/');

let world: ApiWorld;
beforeAll(async () => {
  world = await startApiWorld();
});
afterAll(() => world.app.close());

const asRows = (targets: readonly Target[]) => targets.map((target) => [target.name, target] as const);

/** What partners and those who look after them may do to their endpoints. */
const CHANGING_WEBHOOKS = [
  'DELETE /api/partners/{id}/webhooks/{wid}',
  'POST /api/partners/{id}/webhooks',
  'POST /api/partners/{id}/webhooks/{wid}/deliveries/{mid}/redeliver',
  'POST /api/partners/{id}/webhooks/{wid}/redeliver',
  'POST /api/partners/{id}/webhooks/{wid}/rotate',
  'POST /api/partners/{id}/webhooks/{wid}/test',
  'PUT /api/partners/{id}/webhooks/{wid}',
];

/** Requests that are well-formed, the same ones in each run. */
const samplesOf = ({ method, path, operation }: Target, numRuns = SAMPLES): FuzzedRequest[] =>
  fc.sample(tidyRequestsOf({ document, pools: world.pools }, method, path, operation), {
    numRuns,
    seed: SEED,
  });

async function ask(method: string, { url, contentType, payload }: FuzzedRequest, token: string | null) {
  const { statusCode, body } = await world.app.adapter.getInstance<FastifyInstance>().inject({
    method: method as 'GET',
    url,
    headers: {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(contentType && { 'content-type': contentType }),
    },
    payload,
  });
  return { status: statusCode, body };
}

describe('what the routes declare', () => {
  it('is a policy for each of them', () => {
    const open = operations.filter(({ operation }) => !operation['x-roles']).map(({ name }) => name);
    expect(open.sort()).toEqual([
      'GET /api/v1/partners/service',
      'GET /public/json/web.service.2024.php',
      'GET /uploads/{name}',
      'POST /api/auth/login',
      'POST /api/auth/refresh',
    ]);
  });

  it('lets auditors change nothing but their own session', () => {
    const changing = operations.filter((target) => mayCall(target, 'auditor') && changes(target));
    expect(changing.filter((target) => !isOwnSession(target)).map(({ name }) => name)).toEqual([]);
  });

  it('lets managers change their partners, and nothing else', () => {
    const changing = operations.filter((target) => mayCall(target, 'manager') && changes(target));
    const names = changing.filter((target) => !isOwnSession(target)).map(({ name }) => name);
    expect(names.sort()).toEqual([
      ...CHANGING_WEBHOOKS.slice(0, 6),
      'PUT /api/partners/{id}',
      'PUT /api/partners/{id}/access',
      ...CHANGING_WEBHOOKS.slice(6),
    ]);
  });

  it('lets partners read what they sell and what is theirs, change their webhooks, and nothing else', () => {
    const theirs = operations.filter((target) => target.operation['x-roles']?.includes('partner'));
    expect(
      theirs
        .filter((target) => !isOwnSession(target))
        .map(({ name }) => name)
        .sort(),
    ).toEqual([
      ...CHANGING_WEBHOOKS.slice(0, 1),
      'GET /api/deliveries',
      'GET /api/events',
      'GET /api/orders',
      'GET /api/orders/export/csv',
      'GET /api/orders/stats/dashboard',
      'GET /api/orders/{id}',
      'GET /api/packages',
      'GET /api/packages/{id}',
      'GET /api/packages/{id}/prices',
      'GET /api/partners/{id}',
      'GET /api/partners/{id}/access',
      'GET /api/partners/{id}/balances',
      'GET /api/partners/{id}/currency-settings',
      'GET /api/partners/{id}/statistics',
      'GET /api/partners/{id}/transactions',
      'GET /api/partners/{id}/transactions/export/csv',
      'GET /api/partners/{id}/webhooks',
      'GET /api/partners/{id}/webhooks/{wid}',
      'GET /api/partners/{id}/webhooks/{wid}/deliveries',
      'GET /api/products',
      'GET /api/products/{id}',
      'GET /api/rates',
      ...CHANGING_WEBHOOKS.slice(1),
    ]);
  });
});

describe.each(ROLES)('as %s', (role) => {
  const refused = operations.filter((target) => !mayCall(target, role));
  if (refused.length > 0) {
    it.each(asRows(refused))('%s is refused before anything is looked at', async (_, target) => {
      for (const request of samplesOf(target)) {
        const answer = await ask(target.method, request, world.callers[role].token);
        expect(answer).toEqual({ status: 403, body: expect.stringContaining('your role may not do this') });
      }
    });
  }
});

it.each(asRows(operations.filter(({ operation }) => operation['x-roles'])))(
  '%s is closed without a token',
  async (_, target) => {
    const [request] = samplesOf(target, 1);
    expect((await ask(target.method, request!, null)).status).toBe(401);
  },
);

/** Routes to one object that belongs to somebody. */
const OWNED = operations.filter(({ path }) => /^\/api\/(partners|orders)\/\{id\}/.test(path));

describe.each(['partner', 'manager'] as const)("somebody else's object, as %s,", (role) => {
  const theirs = OWNED.filter((target) => mayCall(target, role));
  const kindOf = ({ path }: Target) => (path.startsWith('/api/orders/') ? 'orders' : 'partners');
  const idOf = (target: Target, whose: 'own' | 'foreign'): number =>
    kindOf(target) === 'orders' ? world[whose].orders[0]! : world[whose].id;

  it.each(asRows(theirs))('is missing: %s', async (_, target) => {
    const { token } = world.callers[role];
    const statuses = new Set<number>();
    for (const request of samplesOf(target)) {
      const at = (id: number) => ({ ...request, url: request.url.replace(/\d+/, String(id)) });
      const foreign = await ask(target.method, at(idOf(target, 'foreign')), token);
      const missing = await ask(target.method, at(MISSING), token);
      expect(foreign).toEqual(missing);
      statuses.add(foreign.status);
    }
    expect(statuses).toContain(404);
  });

  it.each(asRows(theirs.filter((target) => !changes(target))))('is not their own: %s', async (_, target) => {
    const own = target.path.replace('{id}', String(idOf(target, 'own')));
    const url = own.replace('{wid}', String(world.own.webhook));
    expect((await ask('GET', { url }, world.callers[role].token)).status).toBe(200);
  });

  /** The staff says whose events. */
  const urlOf = ({ path }: Target) => (path === '/api/events' ? `${path}?partner_id=${world.own.id}` : path);
  const lists = operations.filter(
    (target) => mayCall(target, role) && !changes(target) && !target.path.includes('{'),
  );
  it.each(asRows(lists.filter(({ operation }) => operation['x-roles'])))(
    'is in no list: %s',
    async (_, target) => {
      const { status, body } = await ask('GET', { url: urlOf(target) }, world.callers[role].token);
      expect(status).toBe(200);
      expect(body).not.toContain('foreign');
    },
  );
});
