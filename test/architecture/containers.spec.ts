import { existsSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { SETTINGS } from '../../src/platform/config/settings-schema.js';

interface Service {
  readonly image: string;
  readonly build?: string;
  readonly profiles?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly command?: readonly string[];
  readonly ports: readonly string[];
  readonly volumes: readonly string[];
  readonly healthcheck?: { readonly test: readonly string[] };
}

interface ComposeFile {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, null>>;
}

const compose = parse(readFileSync('docker-compose.yml', 'utf8')) as ComposeFile;
const services = Object.entries(compose.services);
const dockerfile = readFileSync('Dockerfile', 'utf8');
const variables = new Set<string>(Object.values(SETTINGS).map((setting) => setting.variable));

describe('the compose file', () => {
  it('starts the product alone unless the engines are asked for', () => {
    const started = services.filter(([, service]) => service.profiles === undefined).map(([name]) => name);
    expect(started).toEqual(['keyforge']);
  });

  it.each(services)('pins the version of %s', (_name, service) => {
    expect(service.image).toMatch(/:\d+\.\d+\.\d+(-[a-z0-9-]+)?$/);
  });

  it.each(services)('keeps the data of %s in a declared volume', (_name, service) => {
    expect(service.volumes).toHaveLength(1);
    expect(Object.keys(compose.volumes)).toContain(service.volumes[0]?.split(':')[0]);
  });

  it.each(services)('opens %s to this machine alone', (_name, service) => {
    for (const port of service.ports) expect(port).toMatch(/^127\.0\.0\.1:(\d+):\1$/);
  });

  it.each(services.filter(([, service]) => !service.build))('checks the health of %s', (_name, service) => {
    expect(service.healthcheck?.test.length).toBeGreaterThan(1);
  });

  it('gives the product settings that it knows', () => {
    const given = Object.keys(compose.services.keyforge?.environment ?? {});
    expect(given.filter((variable) => !variables.has(variable))).toEqual([]);
  });

  it('runs Redis so that it neither evicts nor forgets jobs', () => {
    const command = compose.services.redis?.command?.join(' ');
    expect(command).toContain('--maxmemory-policy noeviction');
    expect(command).toContain('--appendonly yes');
  });
});

describe('the container image', () => {
  it('pins its base', () => {
    const bases = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map((match) => match[1]);
    expect(new Set(bases).size).toBe(1);
    expect(bases[0]).toMatch(/^node:\d+\.\d+\.\d+-bookworm-slim$/);
  });

  it('copies files that exist', () => {
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(
      (match) => match[1]?.split(' ') ?? [],
    );
    expect(copied.length).toBeGreaterThan(3);
    expect(copied.filter((path) => !existsSync(path))).toEqual([]);
  });

  it('runs as nobody special and checks its health', () => {
    expect(dockerfile).toMatch(/^USER node$/m);
    expect(dockerfile).toMatch(/^HEALTHCHECK /m);
  });

  it('sets settings that the product knows', () => {
    const line = /^ENV (.+)$/m.exec(dockerfile)?.[1] ?? '';
    const given = line.split(' ').map((pair) => pair.split('=')[0] ?? '');
    expect(given).toContain('NODE_ENV');
    expect(given.filter((variable) => !variables.has(variable))).toEqual([]);
  });
});
