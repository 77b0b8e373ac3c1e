import { examine } from '../../src/composition/doctor/doctor.js';
import type { Finding } from '../../src/composition/doctor/finding.js';
import { hasRedisServer, RedisServerProcess } from '../support/redis/server-process.js';

const PASSWORD = 'p%40ss-word-77';

const described = hasRedisServer() ? describe : describe.skip;

described('the doctor of Redis', () => {
  let server: RedisServerProcess;
  beforeAll(async () => {
    server = await RedisServerProcess.make();
  });
  afterAll(() => server.dispose());

  const found = async (url: string): Promise<Finding[]> => {
    const findings = await examine({ DATA_DIR: '/tmp/keyforge-there-is-none', REDIS_URL: url });
    return findings.filter(({ check }) => check.startsWith('redis'));
  };

  it('finds nothing wrong with one that is set as it should be', async () => {
    const [there, clock] = await found(server.url);
    expect(there).toMatchObject({
      state: 'ok',
      text: expect.stringMatching(/^\d+\.\d+\.\d+ at 127\.0\.0\.1:\d+$/),
    });
    expect(clock).toMatchObject({ check: 'redis clock', state: 'ok' });
  });

  it('finds one that wants another password, and shows none', async () => {
    const [refused] = await found(server.url.replace('//', `//user:${PASSWORD}@`));
    expect(refused).toMatchObject({ state: 'problem', text: expect.stringContaining('WRONGPASS') });
    expect(JSON.stringify(refused)).not.toContain('ss-word');
  });

  it('finds one that evicts, and one that forgets', async () => {
    await server.kill();
    await server.start(['--maxmemory-policy', 'allkeys-lru', '--appendonly', 'no']);
    const findings = await found(server.url);
    const told = findings.map(({ state, text, advice }) => `${state}: ${text}: ${advice}`);
    expect(told[1]).toMatch(/^problem: may throw jobs away .*: set maxmemory-policy noeviction$/);
    expect(told[2]).toMatch(/^warning: forgets at a restart .*: set appendonly yes$/);
  });
});
