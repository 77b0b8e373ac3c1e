import { accessSync, constants, existsSync, readFileSync } from 'node:fs';

const REQUIRED = [
  '.ci/run',
  '.env.example',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'Dockerfile',
  'README.md',
  'docker-compose.yml',
  'docs/adr',
  'docs/settings.md',
  'migrations',
  'nest-cli.json',
  'package-lock.json',
  'package.json',
  'projections',
  'src/apis',
  'src/contexts',
  'src/platform',
  'src/processes',
  'test/apis',
  'test/contracts',
  'test/e2e',
  'test/support',
  'tsconfig.json',
];

/** Addresses that npm writes down for each package, unless told not to. */
function addressesIn(lock: string): string[] {
  const { packages } = JSON.parse(lock) as {
    packages: Record<string, { resolved?: string; link?: boolean }>;
  };
  return Object.entries(packages).flatMap(([name, entry]) =>
    entry.resolved && !entry.link ? [`${name}: ${entry.resolved}`] : [],
  );
}

describe('the repository', () => {
  it.each(REQUIRED)('has %s', (path) => {
    expect(existsSync(path)).toBe(true);
  });

  it('can run its checks', () => {
    expect(() => accessSync('.ci/run', constants.X_OK)).not.toThrow();
  });

  it('names no registry in its lock file: everybody installs from the registry of their own', () => {
    expect(addressesIn(readFileSync('package-lock.json', 'utf8'))).toEqual([]);
  });

  it('would notice a registry in its lock file', () => {
    const lock = { packages: { 'node_modules/a': { resolved: 'https://registry.example/a.tgz' } } };
    expect(addressesIn(JSON.stringify(lock))).toEqual(['node_modules/a: https://registry.example/a.tgz']);
  });

  it.each(['README.md', 'CONTRIBUTING.md'])('%s links to files that exist', (path) => {
    const links = [...readFileSync(path, 'utf8').matchAll(/\]\(([^)#]+)[^)]*\)/g)].map(
      (match) => match[1] ?? '',
    );
    const missing = links.filter((link) => !/^[a-z]+:/.test(link) && !existsSync(link));
    expect(missing).toEqual([]);
  });
});
