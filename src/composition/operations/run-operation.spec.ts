import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';

it('what calls a running server loads nothing of the product', () => {
  const modules = ['src/cli/commands.ts', 'src/composition/operations/run-operation.ts'];
  const code = `for (const module of ${JSON.stringify(modules)}) require(require('node:path').resolve(module));
    console.log(Object.keys(require.cache).some((path) => path.includes('@nestjs')));`;
  const loaded = execFileSync(process.execPath, ['-r', resolve('test/support/register.cjs'), '-e', code]);
  expect(loaded.toString().trim()).toBe('false');
});
