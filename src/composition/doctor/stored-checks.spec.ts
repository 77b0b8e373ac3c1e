import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadSettings } from '../../platform/config/settings.js';
import { EmbeddedKeyStore } from '../../platform/key-store/embedded/embedded-key-store.js';
import { MasterKey } from '../../platform/security/master-key.js';
import { checkStored } from './stored-checks.js';

it('a first start that ended before it wrote its key has lost none', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'kf-stored-'));
  await EmbeddedKeyStore.matches(join(dataDir, 'keys'), MasterKey.generate());
  const findings = await checkStored(loadSettings({ DATA_DIR: dataDir }));
  expect(findings.map(({ check, state }) => [check, state])).toEqual([
    ['master key', 'ok'],
    ['log', 'ok'],
  ]);
  rmSync(dataDir, { recursive: true });
});
