import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProofOptions } from '../load/proof.js';
import { ADMIN_PASSWORD } from '../load/world.js';
import { SharedProof } from '../nodes/shared-proof.js';
import { type Compose, docker } from './compose.js';
import { login, upload } from './uploads.js';

export const SERVERS = ['eventstoredb', 'mongodb', 'redis'];
const PRODUCT = ['api', 'api-2', 'worker'];
const API_PORTS = [3001, 3002];
const READY_MS = 60_000;
/** Longer than one reconnects by itself at once. */
const AWAY_MS = 2_000;

/** `docker compose up api api-2 worker` under the customers and the audit of every other proof. */
export class ContainersProof extends SharedProof {
  protected readonly namespace = `c${randomBytes(4).toString('hex')}`;
  protected readonly logUrl = 'esdb://127.0.0.1:2113?tls=false';
  protected readonly documentsUrl = 'mongodb://127.0.0.1:27017/keyforge?directConnection=true';

  constructor(
    private readonly compose: Compose,
    options: ProofOptions,
  ) {
    super(options);
  }

  protected override async startAll(): Promise<number[]> {
    const { compose } = this;
    compose.set({
      KEYFORGE_MASTER_KEY: randomBytes(32).toString('hex'),
      KEYFORGE_ADMIN_PASSWORD: ADMIN_PASSWORD,
      RESERVATION_TTL_SECONDS: String(this.options.ttlSeconds),
      STREAM_NAMESPACE: this.namespace,
    });
    const startedAt = performance.now();
    await compose.must('up', '--detach', '--wait', ...SERVERS);
    const alone = (await compose.must('--profile', 'everything', 'ps', '--services'))
      .trim()
      .split('\n')
      .sort();
    this.check('the servers alone start, and become healthy', alone.join() === SERVERS.join(), alone.join());
    console.log(`the servers are healthy after ${Math.round(performance.now() - startedAt)} ms`);
    await compose.must('up', '--detach', '--wait', ...PRODUCT);
    await Promise.all(API_PORTS.map((port) => this.ready(port)));
    console.log(
      `two api processes and the worker are ready after ${Math.round(performance.now() - startedAt)} ms`,
    );
    return API_PORTS;
  }

  /** A picture that one process took in is shown by the other. */
  async checkUploads(): Promise<void> {
    const path = await upload(API_PORTS[0]!, await login(API_PORTS[0]!, ADMIN_PASSWORD));
    for (const port of API_PORTS) {
      const { status } = await fetch(`http://127.0.0.1:${port}${path}`);
      this.check('a picture that one process took in is shown by both', status === 200, `${port}: ${status}`);
    }
  }

  /** What the doctor says inside of each process. */
  async checkDoctor(): Promise<void> {
    for (const service of PRODUCT) {
      const words = ['exec', '-T', service, 'npm', 'run', '--silent', 'cli', '--', 'doctor'];
      const { code, out, err } = await this.compose.call('--profile', 'everything', ...words);
      const isWell = code === 0 && !/^(warning|problem)/m.test(out);
      this.check('the doctor finds nothing wrong in any container', isWell, `${service}: ${out}${err}`);
    }
  }

  /** A process of the product dies; the engine starts it again. */
  async crash(service: string): Promise<void> {
    const { Pid } = await this.compose.state(service);
    await this.compose.crash(service);
    for (const giveUpAt = Date.now() + READY_MS; Date.now() < giveUpAt; await sleep(200)) {
      const state = await this.compose.state(service);
      if (state.Running && state.Pid !== Pid) break;
    }
    const { Running } = await this.compose.state(service);
    this.check('what was killed with kill -9 starts again by itself', Running, service);
    await Promise.all(API_PORTS.map((port) => this.ready(port)));
  }

  /** `docker kill`, after which an operator starts it again. */
  async away(service: string): Promise<void> {
    await this.compose.must('--profile', 'everything', 'kill', service);
    await sleep(AWAY_MS);
    await this.compose.must('--profile', 'everything', 'start', service);
    await Promise.all(API_PORTS.map((port) => this.ready(port)));
  }

  /** Ends the processes of the product. The servers stay, to be looked into. */
  async stopProduct(): Promise<void> {
    await this.compose.must('--profile', 'everything', 'stop', ...PRODUCT);
    for (const service of PRODUCT) {
      const { ExitCode } = await this.compose.state(service);
      this.check('every process stops when asked to', ExitCode === 0, `${service}: ${ExitCode}`);
    }
  }

  /** After `docker compose --profile everything down`, which the file's first lines tell. */
  async checkNothingLeft(): Promise<void> {
    await this.disconnect();
    await this.compose.must('--profile', 'everything', 'down');
    const containers = (await this.compose.must('--profile', 'everything', 'ps', '--all', '--quiet')).trim();
    const unnamed = (await docker('volume', 'ls', '--quiet', '--filter', 'dangling=true')).out;
    const isClean = containers === '' && !/^[0-9a-f]{64}$/m.test(unnamed);
    this.check('only named volumes are left behind', isClean, `${containers} ${unnamed}`);
  }

  private async ready(port: number): Promise<void> {
    for (const giveUpAt = Date.now() + READY_MS; Date.now() < giveUpAt; await sleep(100)) {
      const reply = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => null);
      if (reply?.ok) return;
    }
    throw new Error(`nobody becomes ready on port ${port}`);
  }

  private check(what: string, holds: boolean, detail: string): void {
    this.findings.check(what, holds, () => detail);
  }
}
