import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import type { Operation } from '../../src/platform/openapi/api-document.js';
import { ApiContract } from '../support/api-contract.js';
import { type ApiWorld, ROLES, startApiWorld } from './api-world.js';
import { type FuzzedRequest, requestsOf } from './arbitraries.js';

const RUNS_PER_OPERATION = 14;
const SEED = 11;
/** A busy machine needs longer than Jest's own limit for so many requests. */
const TIMEOUT_MS = 30_000;

/** Deletions come last, so that the others find what they ask for; a session ends when it was used. */
const ORDER = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
const rankOf = (method: string, { operationId }: Operation): number =>
  ORDER.indexOf(method) + (operationId === 'logout' ? 0.5 : 0);

/** They succeed with secrets, files, codes, addresses, bounces or what was delivered alone, which no chance makes. */
const NEVER_BY_CHANCE = [
  'listQueueJobs',
  'retryJob',
  'retryQueue',
  'changePassword',
  'confirmTotp',
  'disableTotp',
  'eraseCustomer',
  'liftSuppression',
  'login',
  'refreshToken',
  'redeliverEvent',
  'uploadImage',
  'getUpload',
];

const contract = new ApiContract();
const operations = Object.entries(contract.document.paths)
  .flatMap(([path, item]) =>
    Object.entries(item).map(
      ([method, operation]) => [method.toUpperCase(), path, operation as Operation] as const,
    ),
  )
  .sort(([a, , first], [b, , second]) => rankOf(a, first) - rankOf(b, second));

let world: ApiWorld;
let port: number;
const succeeded = new Set<string>();

beforeAll(async () => {
  world = await startApiWorld();
  await world.app.app.listen(0, '127.0.0.1');
  port = (world.app.adapter.getHttpServer().address() as AddressInfo).port;
});
afterAll(() => world.app.close());

/** Tokens to call with. Admins come further: most requests are theirs. A session that may end is somebody's own. */
function tokensFor(operation: Operation): readonly (string | null)[] {
  const { callers, anyone, spare } = world;
  if (!operation['x-roles']) return [anyone.token];
  if (operation.tags.includes('auth')) return [anyone.token, spare.token];
  return [anyone, callers.super_admin, callers.admin, ...Object.values(callers)].map(({ token }) => token);
}

/** Over a real connection, so that an answer which is cut off is noticed. */
async function ask(method: string, { url, contentType, payload }: FuzzedRequest, token: string | null) {
  const response = await fetch(`http://127.0.0.1:${port}${url}`, {
    method,
    headers: {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(contentType && { 'content-type': contentType }),
    },
    body: payload,
  });
  const { status, headers } = response;
  const answered = headers.get('content-type') ?? '';
  const given = Object.fromEntries(headers);
  return { ...{ method, url, status }, headers: given, contentType: answered, body: await response.text() };
}

it.each(operations)(
  '%s %s answers as documented, whatever is asked',
  async (method, path, operation) => {
    const { pools } = world;
    const requests = requestsOf({ document: contract.document, pools }, method, path, operation);
    const tokens = fc.constantFrom(...tokensFor(operation));
    const property = fc.asyncProperty(requests, tokens, async (request, token) => {
      const answer = await ask(method, request, token);
      expect(answer.status).toBeLessThan(500);
      contract.check(answer);
      if (answer.status < 300) succeeded.add(operation.operationId);
    });
    await fc.assert(property, { numRuns: RUNS_PER_OPERATION, seed: SEED, endOnFailure: true });
  },
  TIMEOUT_MS,
);

it('every operation succeeded at least once, so that successes were looked at, too', () => {
  const names = operations.map(([, , { operationId }]) => operationId);
  const never = names.filter((name) => !succeeded.has(name) && !NEVER_BY_CHANCE.includes(name));
  expect(never.sort()).toEqual([]);
});

it('everybody who called is still logged in, so that nobody was refused for want of a token', async () => {
  for (const role of ROLES) expect((await world.callers[role].get('/auth/me')).status).toBe(200);
});
