import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { openDataDirectory } from './open-data-directory.js';

it('a long path names TMPDIR where nothing can be made in it, as the data directory itself is fine', async () => {
  const folder = mkdtempSync(join(os.tmpdir(), 'keyforge-long-'));
  const temporary = jest.spyOn(os, 'tmpdir').mockReturnValue(join(folder, 'none'));
  try {
    const opening = openDataDirectory(join(folder, 'x'.repeat(120)));
    await expect(opening).rejects.toThrow(
      /^TMPDIR must be a folder that can be written, which .*none is not/,
    );
  } finally {
    temporary.mockRestore();
    rmSync(folder, { recursive: true });
  }
});
