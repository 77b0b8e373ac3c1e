import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { HttpClient } from '../load/http-client.js';
import type { ProofOptions } from '../load/proof.js';
import { freePort, ServerProcess } from '../load/server-process.js';
import { ADMIN_PASSWORD } from '../load/world.js';
import { MongoServerProcess } from '../mongodb/server-process.js';
import { databaseUrl } from '../test-engines.js';
import { SharedProof } from './shared-proof.js';
import { redisServer, standInServer, type TestServer } from './stand-in-server.js';

const READY_MS = 40_000;

/** One process of the product. */
export interface Node {
  readonly name: string;
  readonly role: 'all' | 'api' | 'worker';
  readonly port: number;
  process: ServerProcess;
}

/** Servers that this run may kill; those of the environment it leaves alone. */
export interface Servers {
  readonly log: TestServer;
  readonly documents: TestServer;
  readonly redis: TestServer;
  /** Those that were started here. */
  readonly own: readonly TestServer[];
}

const given = (url: string): TestServer => ({
  url,
  start: async () => undefined,
  kill: async () => undefined,
});

/** Those of EVENTSTORE_URL, MONGODB_URL and REDIS_URL, and a stand-in for each that is not set. */
export async function openServers(folder: string): Promise<Servers> {
  const { EVENTSTORE_URL, MONGODB_URL, MONGODB_SERVER, REDIS_URL } = process.env;
  if (!MONGODB_URL && !MONGODB_SERVER) {
    throw new Error('there is no MONGODB_URL, and no MONGODB_SERVER: .ci/nodes installs one');
  }
  const log = EVENTSTORE_URL ? given(EVENTSTORE_URL) : await standInServer(folder);
  const documents = MONGODB_URL
    ? given(databaseUrl(MONGODB_URL, `keyforge_nodes_${randomBytes(4).toString('hex')}`))
    : await MongoServerProcess.start(MONGODB_SERVER!, folder);
  const redis = REDIS_URL ? given(REDIS_URL) : await redisServer(folder);
  // MongoDB's was started to learn its port.
  await Promise.all([log.start(), redis.start()]);
  const told = [
    `log: ${EVENTSTORE_URL ? 'the server at EVENTSTORE_URL' : "a stand-in that speaks EventStoreDB's protocol"}`,
    `documents: ${MONGODB_URL ? 'the server at MONGODB_URL' : "SecantusDB, which speaks MongoDB's protocol"}`,
    `wake-ups: ${REDIS_URL ? 'the server at REDIS_URL' : "Debian's redis-server"}`,
  ];
  for (const line of told) console.log(line);
  const own = [EVENTSTORE_URL ? [] : [log], MONGODB_URL ? [] : [documents], REDIS_URL ? [] : [redis]].flat();
  return { log, documents, redis, own };
}

export interface NodesOptions extends ProofOptions {
  readonly roles: readonly Node['role'][];
}

/** The product as several processes that sell from one stock, under the same customers and the same audit as one. */
export class NodesProof extends SharedProof {
  readonly nodes: Node[] = [];
  servers!: Servers;
  protected readonly namespace = `n${randomBytes(4).toString('hex')}`;
  private readonly masterKey = randomBytes(32).toString('hex');

  constructor(private readonly nodesOptions: NodesOptions) {
    super(nodesOptions);
  }

  protected get logUrl(): string {
    return this.servers.log.url;
  }

  protected get documentsUrl(): string {
    return this.servers.documents.url;
  }

  /** Nodes that answer requests. */
  get selling(): Node[] {
    return this.nodes.filter(({ role }) => role !== 'worker');
  }

  /** Starts a node again on what it left behind. */
  async restart(node: Node): Promise<void> {
    node.process = await this.startNode(node);
  }

  /** Resolves with the node that is the worker now. */
  async worker(): Promise<Node> {
    for (const giveUpAt = Date.now() + READY_MS; Date.now() < giveUpAt; await sleep(100)) {
      for (const node of this.nodes) if (await this.isWorker(node)) return node;
    }
    throw new Error('nobody became the worker');
  }

  async stopNodes(): Promise<(number | null)[]> {
    return Promise.all(this.nodes.map((node) => node.process.stop()));
  }

  override errorsLogged(): string[] {
    return this.nodes.flatMap(({ name }) => {
      const file = this.logOf(name);
      const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
      return lines.filter((line) => /"level":"(?:error|fatal)"/.test(line)).map((line) => `${name}: ${line}`);
    });
  }

  override async close(): Promise<void> {
    await this.disconnect();
    await Promise.all(this.nodes.map((node) => node.process?.kill()));
    for (const server of this.servers?.own ?? []) await server.kill();
    await super.close();
  }

  /** Whether a node is the worker: it alone knows of processes. */
  async isWorker({ port, role }: Node): Promise<boolean> {
    if (role === 'api') return false;
    const http = new HttpClient(port);
    try {
      const { body } = await http.send({ path: '/metrics' });
      return body.includes('keyforge_process_pending{');
    } catch {
      return false;
    } finally {
      http.close();
    }
  }

  protected override async startAll(): Promise<number[]> {
    this.servers = await openServers(this.directory.path);
    const counts = new Map<string, number>();
    for (const role of this.nodesOptions.roles) {
      const count = (counts.get(role) ?? 0) + 1;
      counts.set(role, count);
      const node = { name: `${role}-${count}`, role, port: await freePort() } as Node;
      this.nodes.push(node);
    }
    // Those that set the servers up come first.
    await Promise.all(this.nodes.map((node) => this.restart(node)));
    await Promise.all(this.nodes.map((node) => this.ready(node)));
    return this.selling.map(({ port }) => port);
  }

  private startNode({ name, role, port }: Node): Promise<ServerProcess> {
    const { log, documents, redis } = this.servers;
    const dataDir = this.beside(name);
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    return ServerProcess.start({
      dataDir,
      port,
      logFile: this.logOf(name),
      settings: {
        ROLE: role,
        EVENTSTORE_URL: log.url,
        MONGODB_URL: documents.url,
        REDIS_URL: redis.url,
        STREAM_NAMESPACE: this.namespace,
        KEYFORGE_MASTER_KEY: this.masterKey,
        RESERVATION_TTL_SECONDS: String(this.options.ttlSeconds),
        KEYFORGE_ADMIN_PASSWORD: ADMIN_PASSWORD,
      },
    });
  }

  private async ready({ port, name }: Node): Promise<void> {
    const http = new HttpClient(port);
    try {
      for (const giveUpAt = Date.now() + READY_MS; Date.now() < giveUpAt; await sleep(100)) {
        const reply = await http.send({ path: '/readyz' }).catch(() => null);
        if (reply?.status === 200) return;
      }
      throw new Error(`${name} does not become ready`);
    } finally {
      http.close();
    }
  }

  private logOf(name: string): string {
    return this.beside(`${name}.log`);
  }
}
