import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { loadSettings } from '../../platform/config/settings.js';
import { createLogger } from '../../platform/logging/logger.js';
import { openDataDirectory } from '../open-data-directory.js';
import { interrupted } from './interruption.js';
import type { OperationName } from './operation-types.js';
import { runOperation } from './run-operation.js';

it('what calls a running server loads nothing of the product', () => {
  const modules = ['src/cli/commands.ts', 'src/composition/operations/run-operation.ts'];
  const code = `for (const module of ${JSON.stringify(modules)}) require(require('node:path').resolve(module));
    console.log(Object.keys(require.cache).some((path) => path.includes('@nestjs')));`;
  const loaded = execFileSync(process.execPath, ['-r', resolve('test/support/register.cjs'), '-e', code]);
  expect(loaded.toString().trim()).toBe('false');
});

it('without a server an operation ends with its own process, at its first step, and says what is left', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'kf-run-'));
  const interruptedAtOnce = (name: OperationName) => {
    const unwanted = new AbortController();
    let atFirst = '';
    const ended = runOperation(name, { name: null } as never, {
      settings: loadSettings({ DATA_DIR: dataDir }),
      logger: createLogger({ logLevel: 'silent' }),
      passwordCost: 4,
      onProgress: () => unwanted.abort(interrupted()),
      signal: unwanted.signal,
      onBegin: (text) => {
        atFirst = text;
      },
    });
    return ended.catch((error: Error) => [atFirst, error.message]);
  };
  const said = 'this ends at its next step; Ctrl-C again ends it at once';
  expect(await interruptedAtOnce('demo-load')).toEqual([
    said,
    'interrupted; the next run adds what is missing',
  ]);
  expect(await interruptedAtOnce('projections-rebuild')).toEqual([said, 'interrupted']);
  rmSync(dataDir, { recursive: true });
});

it('where the server goes away, what is left of its work is said', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'kf-run-'));
  const server = await openDataDirectory(dataDir, 'server');
  server.handle('import-keys', () => {
    void server.close();
    return new Promise(() => {});
  });
  const lost = runOperation(
    'import-keys',
    { path: '/keys.csv', package: '1' },
    {
      settings: loadSettings({ DATA_DIR: dataDir }),
      logger: createLogger({ logLevel: 'silent' }),
      onProgress: () => {},
      signal: new AbortController().signal,
    },
  );
  await expect(lost).rejects.toThrow('the connection to the server was lost; the next run goes on from here');
  rmSync(dataDir, { recursive: true });
});
