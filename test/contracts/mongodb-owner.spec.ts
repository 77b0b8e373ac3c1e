import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type MongoEngines, openMongoEngines } from '../../src/composition/mongodb-engines.js';
import { loadSettings } from '../../src/platform/config/settings.js';
import { SystemIds } from '../../src/platform/kernel/ids.js';
import { createLogger } from '../../src/platform/logging/logger.js';
import { describeOnMongoDb } from '../support/mongodb/test-databases.js';
import { databaseUrl } from '../support/test-engines.js';

describeOnMongoDb('a database of MongoDB', (databases) => {
  const masterKey = randomBytes(32).toString('hex');
  const logger = createLogger({ logLevel: 'silent' });
  let url: string;
  let dataDir: string;
  beforeEach(() => {
    url = databaseUrl(databases.url, databases.make().databaseName);
    dataDir = mkdtempSync(join(tmpdir(), 'keyforge-owner-'));
  });
  afterEach(() => rmSync(dataDir, { recursive: true }));

  const open = (namespace: string, role = 'all'): Promise<MongoEngines> => {
    const servers = {
      EVENTSTORE_URL: 'esdb://127.0.0.1:1',
      REDIS_URL: 'redis://127.0.0.1:1',
      MONGODB_URL: url,
    };
    const own = {
      DATA_DIR: dataDir,
      KEYFORGE_MASTER_KEY: masterKey,
      STREAM_NAMESPACE: namespace,
      ROLE: role,
    };
    const settings = loadSettings({ ...servers, ...own });
    return openMongoEngines({ url, settings, ids: new SystemIds(), logger, patienceMs: 0 });
  };

  it.each(['worker', 'all', 'api'])(
    'is of one namespace, and refused to ROLE=%s of another',
    async (role) => {
      await (await open('kf', 'worker')).close();
      await (await open('kf', role)).close();
      await expect(open('other', role)).rejects.toThrow(/^MONGODB_URL: .*STREAM_NAMESPACE=kf\b/);
      await (await open('kf', role)).close();
    },
  );
});
