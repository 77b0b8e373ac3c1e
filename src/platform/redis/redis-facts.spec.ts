import { readRedisFacts, redisProblems } from './redis-facts.js';

/** What is wrong with a Redis whose INFO has these lines beside those of a sound one. */
async function problemsWith(lines: readonly string[]): Promise<string[]> {
  const sound = [
    '# Server',
    'redis_version:7.0.15',
    'aof_enabled:1',
    'maxmemory_policy:noeviction',
    'used_memory:1000000',
  ];
  const facts = await readRedisFacts({ info: async () => [...sound, ...lines, ''].join('\r\n') });
  return redisProblems(facts).map(({ text, isGrave }) => `${isGrave ? 'grave: ' : ''}${text}`);
}

it('a Redis that takes writes is sound, a replica that does not is not', async () => {
  expect(await problemsWith(['role:master', 'maxmemory:0'])).toEqual([]);
  expect(await problemsWith(['role:slave', 'slave_read_only:0'])).toEqual([]);
  expect(await problemsWith(['role:slave', 'slave_read_only:1'])).toEqual([
    'grave: is a replica, which takes no writes',
  ]);
});

it('a Redis without room takes no writes', async () => {
  expect(await problemsWith(['maxmemory:1000001'])).toEqual([]);
  expect(await problemsWith(['maxmemory:1000000'])).toEqual([
    'grave: has used all of its maxmemory and takes no writes',
  ]);
});
