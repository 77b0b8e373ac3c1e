import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

/** A child compiles its code first. */
const TEST_MS = 60_000;

let directory: string;
let child: ChildProcess | null = null;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'keyforge-full-'));
});
afterEach(() => {
  child?.kill('SIGKILL');
  rmSync(directory, { recursive: true });
});

it.each(['documents', 'indexes', 'keys', 'idempotency', 'jobs', 'snapshots'])(
  'a full disk fails writes of the %s, ends nothing, and they go on when there is room',
  async (store) => {
    // A limit on the size of a file stands for the end of the disk: it can be set and lifted everywhere.
    const script = ['test/support/register.cjs', 'test/support/full-disk-child.ts'].map((path) =>
      resolve(path),
    );
    const command = 'ulimit -S -f 400; exec "$0" "$@"';
    const args = ['-c', command, process.execPath, '-r', script[0]!, script[1]!, store, directory];
    child = spawn('sh', args, { stdio: ['pipe', 'pipe', 'ignore'] });
    const exited = once(child, 'exit');
    const lines = createInterface(child.stdout!)[Symbol.asyncIterator]();
    const full = JSON.parse((await lines.next()).value ?? 'null');
    expect(full.written).toBeGreaterThan(1);
    execFileSync('prlimit', ['--pid', String(child.pid), '--fsize=unlimited']);
    child.stdin!.end('go on\n');
    expect(JSON.parse((await lines.next()).value ?? 'null')).toEqual({ written: full.written + 1 });
    expect(await exited).toEqual([0, null]);
  },
  TEST_MS,
);
