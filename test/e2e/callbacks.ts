import { type ChildProcess, fork } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { newSeed, numberOptions } from '../support/load/proof.js';
import { Random } from '../support/load/random.js';
import { temporaryFolder } from '../support/load/temporary-folder.js';
import type { ChildTask, Expected, FromChild } from './callback-child.js';

/** A sender lives this long before it is killed. */
const SHORTEST_LIFE_MS = 50;
const LONGEST_LIFE_MS = 600;
/** Of 100 requests to the endpoint that misbehaves, so many are not answered as they should. */
const FAULTS_IN_100 = 15;
const TIMEOUT_MS = 400;
const CLOCK_SPEED = 1_000;
/** Every so many lives the indexes are gone and are built anew. */
const REBUILD_EVERY = 10;
const DRAIN_TIMEOUT_MS = 300_000;

interface Arrival {
  readonly id: string;
  readonly body: string;
  /** Answered as it should be; the others come again. */
  readonly accepted: boolean;
}

/** Two endpoints of one partner: one that misbehaves in every way, and one that does not. */
class Receiver {
  /** By endpoint, in the order of arrival. */
  readonly arrivals: Arrival[][] = [[], []];
  readonly problems: string[] = [];
  secrets: readonly string[] = [];
  calm = false;
  private readonly server = createServer((request, response) => void this.receive(request, response));

  constructor(private readonly random: Random) {}

  async listen(): Promise<string[]> {
    await new Promise<void>((ready) => this.server.listen(0, '127.0.0.1', ready));
    const { port } = this.server.address() as AddressInfo;
    return ['faulty', 'good'].map((path) => `http://127.0.0.1:${port}/${path}`);
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private async receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    try {
      for await (const chunk of request) body += chunk;
    } catch {
      return;
    }
    const endpoint = request.url === '/faulty' ? 0 : 1;
    this.check(endpoint, request, body);
    const isFault = endpoint === 0 && !this.calm && this.random.between(1, 100) <= FAULTS_IN_100;
    this.arrivals[endpoint]!.push({ id: String(request.headers['webhook-id']), body, accepted: !isFault });
    if (isFault) this.misbehave(request, response);
    else response.end('ok');
  }

  private misbehave(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request;
    switch (this.random.between(0, 5)) {
      case 0:
        return; // Hangs.
      case 1: {
        response.writeHead(200, { 'content-length': '1000' });
        const drip = setInterval(() => (response.destroyed ? clearInterval(drip) : response.write('x')), 20);
        return;
      }
      case 2:
        socket.resetAndDestroy();
        return;
      case 3:
        response.writeHead(302, { location: '/good' }).end();
        return;
      case 4:
        response.writeHead(503).end('later');
        return;
      default:
        response.writeHead(200, { 'content-length': '1000' });
        response.write('cut', () => socket.destroy());
    }
  }

  private check(endpoint: number, { headers }: IncomingMessage, body: string): void {
    const secret = this.secrets[endpoint];
    if (!secret) return;
    const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
    const expected = `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
    if (headers['webhook-signature'] !== expected)
      this.problems.push(`a wrong signature of ${headers['webhook-id']}`);
    if (JSON.parse(body).id !== headers['webhook-id'])
      this.problems.push('the body has another id than the header');
  }
}

/** One life of a sender: a real process. */
class Sender {
  private constructor(
    private readonly child: ChildProcess,
    readonly secrets: readonly string[],
  ) {}

  /** The next life, whose process loads its code while the one before works. */
  private static next: ChildProcess | null = null;

  static async start(task: ChildTask): Promise<Sender> {
    const child = Sender.next ?? Sender.fork();
    child.send(task);
    Sender.next = Sender.fork();
    const ready = await messageOf(child, 'ready');
    return new Sender(child, ready.secrets);
  }

  /** The life that nobody waits for any more. */
  static end(): void {
    Sender.next?.kill('SIGKILL');
  }

  private static fork(): ChildProcess {
    // The child's file stands beside this one, compiled or not.
    const file = process.argv[1]!.replace(/callbacks(\.[jt]s)$/, 'callback-child$1');
    return fork(file, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  }

  async kill(): Promise<void> {
    const gone = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGKILL');
    await gone;
  }

  async drain(): Promise<readonly Expected[]> {
    const gone = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.send('drain');
    const { expected } = await messageOf(this.child, 'drained');
    await gone;
    return expected;
  }
}

function messageOf<Kind extends FromChild['kind']>(
  child: ChildProcess,
  kind: Kind,
): Promise<Extract<FromChild, { kind: Kind }>> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`no ${kind} from the sender`)), DRAIN_TIMEOUT_MS);
    child.once('exit', (code) => reject(new Error(`the sender ended with ${code}`)));
    child.on('message', (message: FromChild) => {
      if (message.kind !== kind) return;
      clearTimeout(late);
      resolve(message as Extract<FromChild, { kind: Kind }>);
    });
  });
}

function judge(name: string, arrivals: readonly Arrival[], expected: readonly Expected[]): string[] {
  const problems: string[] = [];
  const first = new Map<string, number>();
  const accepted = new Map<string, number>();
  const bodies = new Map<string, string>();
  for (const [place, { id, body, accepted: isAccepted }] of arrivals.entries()) {
    if (!first.has(id)) first.set(id, place);
    if (isAccepted && !accepted.has(id)) accepted.set(id, place);
    if (bodies.has(id) && bodies.get(id) !== body) problems.push(`${name}: ${id} came with two bodies`);
    bodies.set(id, body);
  }
  const known = new Set(expected.map(({ id }) => id));
  const lost = expected.filter(({ id }) => !accepted.has(id));
  if (lost.length > 0) problems.push(`${name}: ${lost.length} lost, such as ${lost[0]!.id}`);
  const strange = [...first.keys()].filter((id) => !known.has(id));
  if (strange.length > 0) problems.push(`${name}: ${strange.length} that nobody was to be told`);
  const before = new Map<string, string>();
  for (const { id, object } of expected) {
    const earlier = before.get(object);
    const isEarly = earlier !== undefined && (first.get(id) ?? 0) < (accepted.get(earlier) ?? 0);
    if (isEarly) problems.push(`${name}: ${id} came before ${earlier} of ${object} was delivered`);
    before.set(object, id);
  }
  return problems;
}

/**
 * The sender of callbacks killed again and again in the middle of its work, against a receiver that hangs, drips,
 * resets, redirects, fails and closes. At the end everything arrived at least once, under one id each and in order.
 */
async function main(): Promise<void> {
  const { cycles, seed } = numberOptions({ cycles: 500, seed: newSeed() });
  console.log(`callbacks: ${cycles} kills, --seed ${seed}`);
  const random = new Random(seed);
  const folder = temporaryFolder('keyforge-callbacks');
  const receiver = new Receiver(random);
  const urls = await receiver.listen();
  const clock = { fromMs: Date.now(), speed: CLOCK_SPEED };
  const masterKey = randomBytes(32).toString('hex');
  const task: ChildTask = { dataDir: folder.path, masterKey, urls, clock, timeoutMs: TIMEOUT_MS };
  const forgetIndexes = () => rmSync(join(folder.path, 'indexes'), { recursive: true, force: true });
  const start = async () => {
    const sender = await Sender.start(task);
    if (sender.secrets.length > 0) receiver.secrets = sender.secrets;
    return sender;
  };
  try {
    for (let cycle = 1; cycle <= cycles; cycle += 1) {
      const sender = await start();
      await sleep(random.between(SHORTEST_LIFE_MS, LONGEST_LIFE_MS));
      await sender.kill();
      if (cycle % REBUILD_EVERY === 0) forgetIndexes();
      if (cycle % 50 === 0)
        console.log(`kill ${cycle}: ${receiver.arrivals.map(({ length }) => length)} arrivals`);
    }
    const last = await start();
    receiver.calm = true;
    const expected = await last.drain();
    const before = receiver.arrivals.map(({ length }) => length);
    forgetIndexes();
    const idle = await (await start()).drain();
    const old = new Set(expected.map(({ id }) => id));
    const repeated = receiver.arrivals.map(
      (arrivals, place) => arrivals.slice(before[place]).filter(({ id }) => old.has(id)).length,
    );
    const problems = [...receiver.problems];
    for (const [place, name] of ['faulty', 'good'].entries()) {
      problems.push(...judge(name, receiver.arrivals[place]!, idle));
      if (repeated[place] !== 0) problems.push(`${name}: a rebuild sent ${repeated[place]} again`);
    }
    for (const problem of problems.slice(0, 20)) console.log(`FAILED  ${problem}`);
    const counts = receiver.arrivals.map(({ length }) => length);
    console.log(`${cycles} kills, ${idle.length} events, ${counts} arrivals, ${problems.length} problems`);
    process.exitCode = problems.length === 0 ? 0 : 1;
  } finally {
    Sender.end();
    receiver.close();
    folder.remove();
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
