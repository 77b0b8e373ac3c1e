import { existsSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { SETTINGS } from '../../src/platform/config/settings-schema.js';

interface Service {
  readonly image: string;
  readonly build?: string;
  readonly profiles?: readonly string[];
  readonly env_file?: readonly { readonly path: string; readonly required: boolean }[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly command?: readonly string[];
  readonly ports?: readonly string[];
  readonly volumes: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test: readonly string[] };
}

interface ComposeFile {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, null>>;
}

const compose = parse(readFileSync('docker-compose.yml', 'utf8'), { merge: true }) as ComposeFile;
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

  it.each(services)(
    'keeps the data of %s in one declared volume, and backups in another',
    (name, service) => {
      const used = new Set(service.volumes.map((volume) => volume.split(':')[0]));
      expect(used.size).toBe(name === 'keyforge' ? 2 : 1);
      for (const volume of used) expect(Object.keys(compose.volumes)).toContain(volume);
    },
  );

  it.each(services)('opens %s to this machine alone', (_name, service) => {
    for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  it('lets all services run at once: no two want the same port', () => {
    const wanted = services.flatMap(([, service]) => service.ports ?? []).map((port) => port.split(':')[1]);
    expect(new Set(wanted).size).toBe(wanted.length);
  });

  it.each(services.filter(([, service]) => !service.build))('checks the health of %s', (_name, service) => {
    expect(service.healthcheck?.test.length).toBeGreaterThan(1);
  });

  it.each(services)('gives %s no secret, and nothing to do with root', (_name, service) => {
    expect(JSON.stringify(service)).not.toMatch(/privileged|"user":"(root|0)|:\/\/[^/"]*:[^/"]*@/);
    for (const [variable, value] of Object.entries(service.environment ?? {})) {
      if (/KEY|PASSWORD|TOKEN/.test(variable)) expect(value).toBe(`\${${variable}:-}`);
    }
  });

  const product = services.filter(([, service]) => service.build);
  it.each(product)('gives %s settings that the product knows', (_name, service) => {
    const given = Object.keys(service.environment ?? {});
    expect(given.filter((variable) => !variables.has(variable))).toEqual([]);
  });

  it('has a profile for the servers alone, and one for everything', () => {
    const inProfile = (profile: string) =>
      services.filter(([, service]) => service.profiles?.includes(profile)).map(([name]) => name);
    expect(inProfile('engines')).toEqual(['eventstoredb', 'mongodb', 'redis']);
    expect(inProfile('everything')).toEqual(['api', 'api-2', 'worker', 'eventstoredb', 'mongodb', 'redis']);
  });

  it.each(product)('gives %s the settings file, but not its places on this machine', (_name, service) => {
    expect(service.env_file).toEqual([{ path: '.env', required: false }]);
    expect(service.environment).toMatchObject({
      HOST: '0.0.0.0',
      PORT: '3000',
      DATA_DIR: '/var/lib/keyforge',
    });
  });

  it('keeps the address of a process that is started again: no ranges of ports', () => {
    for (const [, service] of services)
      for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
  });

  it.each(['api', 'api-2', 'worker'])('starts %s on all three servers, once they are well', (name) => {
    const { environment, depends_on } = compose.services[name]!;
    expect(environment).toMatchObject({
      ROLE: name === 'worker' ? 'worker' : 'api',
      NODE_ENV: 'production',
      EVENTSTORE_URL: expect.stringContaining('//eventstoredb:'),
      MONGODB_URL: expect.stringContaining('//mongodb:'),
      REDIS_URL: expect.stringContaining('//redis:'),
    });
    const servers = ['eventstoredb', 'mongodb', 'redis'];
    expect(depends_on).toEqual(
      Object.fromEntries(servers.map((one) => [one, { condition: 'service_healthy' }])),
    );
  });

  it('runs MongoDB as a replica set, which is founded under the name that the product uses', () => {
    const { command, healthcheck } = compose.services.mongodb!;
    const founded = /host: '([^']+)'/.exec(healthcheck!.test.join(' '))?.[1];
    expect(command?.join(' ')).toContain('--replSet rs0');
    expect(compose.services.api?.environment?.MONGODB_URL).toBe(
      `mongodb://${founded}/keyforge?replicaSet=rs0`,
    );
  });

  it('runs EventStoreDB by arguments that its successor knows too, with both places of data in its volume', () => {
    const { environment, command, volumes } = compose.services.eventstoredb!;
    expect(environment).toBeUndefined();
    expect(command?.join(' ')).not.toContain('mem-db');
    expect(volumes.map((volume) => volume.split(':')[1])).toEqual([
      '/var/lib/eventstore',
      '/var/lib/kurrentdb',
    ]);
    expect(readFileSync('docker-compose.yml', 'utf8')).toMatch(/kurrentplatform\/kurrentdb:\d+\.\d+\.\d+$/m);
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

  it('leaves what only builds behind', () => {
    expect([...dockerfile.matchAll(/^FROM /gm)]).toHaveLength(2);
    expect(dockerfile).toContain('npm prune --omit=dev');
  });

  it('runs as nobody special and checks its health', () => {
    expect(dockerfile).toMatch(/^USER node$/m);
    expect(dockerfile).toMatch(/^HEALTHCHECK /m);
  });

  it('makes no volumes of its own, which nobody would find again', () => {
    expect(dockerfile).not.toMatch(/^VOLUME /m);
  });

  it('sets settings that the product knows', () => {
    const line = /^ENV (.+)$/m.exec(dockerfile)?.[1] ?? '';
    const given = line.split(' ').map((pair) => pair.split('=')[0] ?? '');
    expect(given).toContain('NODE_ENV');
    expect(given.filter((variable) => !variables.has(variable))).toEqual([]);
  });
});
