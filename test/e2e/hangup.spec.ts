import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const ROOT = join(__dirname, '../..');
const START_MS = 20_000;

it('a server without a terminal serves on where whoever started it hangs up, as under nohup', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kf-hangup-'));
  const server = spawn(
    process.execPath,
    ['-r', join(ROOT, 'test/support/register.cjs'), join(ROOT, 'src/main.ts')],
    {
      cwd: folder,
      env: { PATH: process.env.PATH, DATA_DIR: join(folder, 'data'), PORT: '0', LOG_LEVEL: 'warn' },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  try {
    let printed = '';
    server.stdout.on('data', (text) => {
      printed += text;
    });
    for (const deadline = Date.now() + START_MS; !printed.includes('curl '); await sleep(20)) {
      if (Date.now() > deadline || server.exitCode !== null) throw new Error('the server did not start');
    }
    server.kill('SIGHUP');
    await sleep(200);
    const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(printed)!;
    expect((await fetch(`${url}/livez`)).status).toBe(200);
    const ended = once(server, 'exit');
    server.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
  } finally {
    server.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}, 40_000);
