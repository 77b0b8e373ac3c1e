import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { CONTROL_SOCKET, type ControlClient, connectControl, connectTo } from './control-client.js';
import { DataDirectory, DataDirectoryInUseError } from './data-directory.js';

const SUPPORT = resolve('test/support');

let folder: string;
const children: ChildProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyforge-data-'));
});
afterEach(async () => {
  await Promise.all(children.splice(0).map(kill));
  rmSync(folder, { recursive: true });
});

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

/** Starts a process that tries to take the lock; resolves with it and with what it says. */
async function startHolder(path = folder): Promise<{ child: ChildProcess; said: string }> {
  const script = [join(SUPPORT, 'register.cjs'), join(SUPPORT, 'hold-data-directory.ts')];
  const child = spawn(process.execPath, ['-r', script[0]!, script[1]!, path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const [data] = (await once(child.stdout!, 'data')) as [Buffer];
  return { child, said: data.toString().trim() };
}

async function connected(path = folder): Promise<ControlClient> {
  const client = await connectControl(path);
  if (!client) throw new Error('nobody answers');
  return client;
}

describe('the lock of a data directory', () => {
  it('makes the directory for its owner alone, and the socket too', async () => {
    const path = join(folder, 'made', 'here');
    const directory = await DataDirectory.open(path);
    expect(statSync(path).mode & 0o777).toBe(0o700);
    expect(statSync(join(path, 'control.sock')).mode & 0o777).toBe(0o600);
    await directory.close();
  });

  it('is refused where nothing can be made, whatever stands there', async () => {
    writeFileSync(join(folder, 'file'), '');
    symlinkSync(join(folder, 'nowhere', 'at', 'all'), join(folder, 'link'));
    for (const path of ['file', 'file/below', 'link', 'x'.repeat(300), 'nul\0'].map((name) =>
      join(folder, name),
    ))
      await expect(DataDirectory.open(path)).rejects.toHaveProperty('code');
    // In a process of its own: one that tries for ever could not be stopped here.
    if (process.platform === 'linux') expect((await startHolder('/proc/keyforge')).said).toBe('Error');
  });

  it('is refused to a second opener, in the same process or another, and free again after a close', async () => {
    const first = await DataDirectory.open(folder);
    await expect(DataDirectory.open(folder)).rejects.toThrow(DataDirectoryInUseError);
    expect((await startHolder()).said).toBe('DataDirectoryInUseError');
    await first.close();
    expect((await startHolder()).said).toBe('held');
    await expect(DataDirectory.open(folder)).rejects.toThrow(`${folder} is in use by a running server`);
  });

  it('names the command that holds it to whoever wants it, or wants it to work', async () => {
    const first = await DataDirectory.open(folder, 'backup');
    await expect(DataDirectory.open(folder)).rejects.toThrow('in use by the command "backup": wait until');
    const client = await connected();
    await expect(client.call('verify', {})).rejects.toThrow(
      'in use by the command "backup" until that is done',
    );
    client.close();
    await first.close();
  });

  it('is in use by a server that handles nothing yet', async () => {
    const first = await DataDirectory.open(folder);
    const client = await connected();
    await expect(client.call('verify', {})).rejects.toThrow('about to start or to end');
    client.close();
    await first.close();
  });

  it('is taken over from a holder that was killed, and what it left is cleared away', async () => {
    const { child } = await startHolder();
    await kill(child);
    expect(await connectControl(folder)).toBeNull();
    const next = await DataDirectory.open(folder);
    const left = readdirSync(join(folder, 'lock'));
    expect(left.filter((name) => name.startsWith('claim'))).toEqual(['claim-2']);
    expect(left).toHaveLength(2);
    await next.close();
  });

  it('stays with a holder that is stopped and cannot answer', async () => {
    const { child } = await startHolder();
    child.kill('SIGSTOP');
    await expect(DataDirectory.open(folder)).rejects.toThrow(DataDirectoryInUseError);
    child.kill('SIGCONT');
  });

  it('goes to exactly one of many who find a stale one at the same time', async () => {
    for (let round = 0; round < 20; round += 1) {
      const starts = Array.from({ length: 8 }, () => DataDirectory.open(folder));
      const results = await Promise.allSettled(starts);
      const held = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
      expect(held).toHaveLength(1);
      const reasons = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
      for (const reason of reasons) expect(reason).toBeInstanceOf(DataDirectoryInUseError);
      await held[0]!.close();
    }
  });

  it('goes to exactly one of several processes that find the killed one', async () => {
    const { child } = await startHolder();
    await kill(child);
    const starters = await Promise.all(Array.from({ length: 4 }, startHolder));
    expect(starters.filter(({ said }) => said === 'held')).toHaveLength(1);
  });

  it('works in a directory whose path is longer than a socket address', async () => {
    const path = mkdtempSync(join(folder, 'long-'.repeat(30)));
    const directory = await DataDirectory.open(path);
    directory.handle('ping', () => 'pong');
    await expect(DataDirectory.open(path)).rejects.toThrow(DataDirectoryInUseError);
    const client = await connected(path);
    expect(await client.call('ping', null)).toBe('pong');
    client.close();
    await directory.close();
  });
});

describe('the control socket', () => {
  let directory: DataDirectory;
  beforeEach(async () => {
    directory = await DataDirectory.open(folder);
  });
  afterEach(() => directory.close());

  it('answers calls with progress and a result, several at once', async () => {
    directory.handle('count', async (params, emitProgress) => {
      const { to } = params as { to: number };
      for (let value = 1; value <= to; value += 1) {
        await new Promise(setImmediate);
        emitProgress({ value });
      }
      return { to, text: 'ə\n' };
    });
    const client = await connected();
    const progress: unknown[] = [];
    const [three] = await Promise.all([
      client.call('count', { to: 3 }, (value) => progress.push(value)),
      client.call('count', { to: 5 }),
    ]);
    expect(three).toEqual({ to: 3, text: 'ə\n' });
    expect(progress).toEqual([{ value: 1 }, { value: 2 }, { value: 3 }]);
    client.close();
  });

  it('hands over the message and code of a failure', async () => {
    directory.handle('fail', () => {
      throw Object.assign(new Error('no such package'), { code: 'PackageUnknown' });
    });
    const client = await connected();
    await expect(client.call('fail', {})).rejects.toMatchObject({
      message: 'no such package',
      code: 'PackageUnknown',
    });
    await expect(client.call('nonsense', {})).rejects.toMatchObject({ code: 'UnknownMethod' });
    client.close();
  });

  it('ends a call that is wanted no more, and answers what comes of it, while others go on', async () => {
    directory.handle('wait', (_params, emitProgress, signal) => {
      emitProgress('started');
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    });
    const client = await connected();
    const unwanted = new AbortController();
    const going = client.call('wait', {}).catch((error: unknown) => error);
    const ended = client.call('wait', {}, () => unwanted.abort(), unwanted.signal);
    await expect(ended).rejects.toMatchObject({ code: 'Interrupted' });
    expect(await Promise.race([going, new Promise((next) => setTimeout(next, 50, 'goes on'))])).toBe(
      'goes on',
    );
    client.close();
  });

  it('ends the connection of whoever sends what is no request, and goes on', async () => {
    directory.handle('double', (value) => Number(value) * 2);
    for (const line of [
      'null',
      '5',
      '"verify"',
      '{}',
      '[',
      '{"id":1,"method":"cancel","params":null}\nnull',
    ]) {
      const socket = (await connectTo(folder, CONTROL_SOCKET))!;
      socket.write(`${line}\n`);
      await new Promise((closed) => socket.on('close', closed));
    }
    const client = await connected();
    expect(await client.call('double', 2)).toBe(4);
    client.close();
  });

  it('tells the handler when the caller has gone, and the caller when the server has', async () => {
    let signal: AbortSignal | undefined;
    directory.handle('wait', (_params, emitProgress, gone) => {
      signal = gone;
      emitProgress('started');
      return new Promise(() => {});
    });
    const leaver = await connected();
    const left = leaver.call('wait', {}, () => leaver.close());
    await expect(left).rejects.toMatchObject({ code: 'ConnectionLost' });
    await new Promise<void>((done) => {
      if (signal!.aborted) done();
      else signal!.addEventListener('abort', () => done());
    });
    const client = await connected();
    const lost = client.call('wait', {}, () => void directory.close());
    await expect(lost).rejects.toMatchObject({ code: 'ConnectionLost' });
    expect(await connectControl(folder)).toBeNull();
    directory = await DataDirectory.open(folder);
  });
});
