import { execFile, execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { temporaryFolder } from '../test/support/load/temporary-folder.js';

/** What one run of wrk measured. */
export interface WrkResult {
  readonly requestsPerSecond: number;
  /** Sales that were answered: of `buy` and `baseline` every request is one, of `reserve` every confirmation. */
  readonly sales: number;
  readonly salesPerSecond: number;
  /** Milliseconds. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly requests: number;
  /** Connections that failed, and answers other than 2xx. */
  readonly errors: number;
}

/** One request per sale: action 6 under an order that nobody used. Nothing is done with the answers, to spare the CPU. */
const BUY = `
local sent = 0
function request()
  sent = sent + 1
  return wrk.format("GET", base .. "&action=6&data=%7B%22package%22%3A%22" .. package_id ..
    "%22%2C%22order%22%3A%22" .. prefix .. sent .. "%22%7D")
end
`;

/** Two requests per sale: reserves, and confirms whatever has been reserved, on whichever connection is free. */
const RESERVE = `
local sent = 0
local first, last, keys = 1, 0, {}
confirmed = 0
function request()
  if first <= last then
    local key = keys[first]
    keys[first] = nil
    first = first + 1
    sent = sent + 1
    confirmed = confirmed + 1
    return wrk.format("GET", base .. "&action=4&data=%7B%22key%22%3A%22" .. key ..
      "%22%2C%22order%22%3A%22" .. prefix .. sent .. "%22%7D")
  end
  return wrk.format("GET", base .. "&action=3&data=%7B%22package%22%3A%22" .. package_id .. "%22%7D")
end
function response(status, headers, body)
  local key = body:match('"keyId":"(%d+)"')
  if key then
    last = last + 1
    keys[last] = key
  end
end
`;

const COMMON = `
local threads = {}
function setup(thread) table.insert(threads, thread) end
function init(args)
  base, package_id, prefix = args[1], args[2], args[3]
end
function done(summary, latency, requests)
  local e = summary.errors
  local errors = e.connect + e.read + e.write + e.status + e.timeout
  io.write(string.format("\\nRESULT %d %d %d %d %d %d\\n", summary.requests, summary.duration, latency:percentile(50),
    latency:percentile(99), errors, tonumber(threads[1]:get("confirmed") or "-1") or -1))
end
`;

export function isWrkInstalled(): boolean {
  try {
    execFileSync('wrk', ['-v'], { stdio: 'ignore' });
    return true;
  } catch (error) {
    // It exits with 1 after printing its version.
    return (error as NodeJS.ErrnoException).code !== 'ENOENT';
  }
}

export interface WrkRun {
  readonly port: number;
  readonly script: 'buy' | 'reserve';
  readonly connections: number;
  readonly seconds: number;
  /** Path and query that all requests begin with. */
  readonly base: string;
  readonly packageId: string;
  /** Unique over all runs: orders begin with it. */
  readonly orderPrefix: string;
}

/** Runs wrk with one thread: two would take what the server needs on a machine with two cores. */
export async function runWrk(run: WrkRun): Promise<WrkResult> {
  const folder = temporaryFolder('keyforge-wrk');
  try {
    const script = join(folder.path, 'script.lua');
    writeFileSync(script, COMMON + (run.script === 'buy' ? BUY : RESERVE));
    const load = ['-t1', `-c${run.connections}`, `-d${run.seconds}s`, '--timeout', '10s', '-s', script];
    const args = [...load, `http://127.0.0.1:${run.port}`, run.base, run.packageId, run.orderPrefix];
    const { stdout } = await promisify(execFile)('wrk', args);
    const numbers = /RESULT ([\d -]+)/.exec(stdout)?.[1]?.split(' ').map(Number);
    if (numbers?.length !== 6) throw new Error(`wrk said: ${stdout}`);
    const [requests, durationUs, p50Us, p99Us, errors, confirmed] = numbers as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const sales = confirmed >= 0 ? confirmed : requests;
    const seconds = durationUs / 1e6;
    return {
      requestsPerSecond: requests / seconds,
      sales,
      salesPerSecond: sales / seconds,
      p50Ms: p50Us / 1000,
      p99Ms: p99Us / 1000,
      requests,
      errors,
    };
  } finally {
    folder.remove();
  }
}
