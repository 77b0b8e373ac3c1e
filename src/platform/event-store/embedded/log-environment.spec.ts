import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLogEnvironment } from './log-environment.js';

it('the folder of the log is for its owner alone, also where the one above is not', async () => {
  const above = mkdtempSync(join(tmpdir(), 'keyforge-log-'));
  const { root, directory } = openLogEnvironment(join(above, 'log'), 1024 ** 3);
  try {
    expect(statSync(directory).mode & 0o777).toBe(0o700);
  } finally {
    await root.close();
    rmSync(above, { recursive: true });
  }
});
