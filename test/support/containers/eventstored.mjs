// The stand-in under the name and arguments of EventStoreDB, with its health check on the port that also takes gRPC.
import { spawn } from 'node:child_process';
import { connect, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

const KNOWN = ['--insecure', '--cluster-size=1', '--run-projections=None'];
const unknown = process.argv.slice(2).filter((argument) => !KNOWN.includes(argument));
if (unknown.length > 0) throw new Error(`unknown: ${unknown.join(' ')}`);

const PORT = 2113;
const INNER_PORT = 21130;
const script = fileURLToPath(new URL('stand-in/stand-in-child.js', import.meta.url));
const log = `${process.env.DATA ?? '/var/lib/eventstore'}/log`;
const server = spawn(process.execPath, [script, String(INNER_PORT), log], { stdio: 'inherit' });
server.on('exit', (code) => process.exit(code ?? 1));
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => process.exit(0));
process.on('exit', () => server.kill('SIGKILL'));

/** HTTP/2 begins with "PRI"; whatever else comes asks for the health. */
createServer((socket) => {
  socket.on('error', () => socket.destroy());
  socket.once('data', (first) => {
    socket.pause();
    const inner = connect(INNER_PORT, '127.0.0.1');
    const isGrpc = first.subarray(0, 3).toString() === 'PRI';
    const answer = (status) =>
      socket.end(`HTTP/1.1 ${status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
    inner.on('error', () => (isGrpc ? socket.destroy() : answer('503 Service Unavailable')));
    inner.on('connect', () => {
      if (!isGrpc) {
        inner.destroy();
        return answer(first.toString().startsWith('GET /health/live ') ? '204 No Content' : '404 Not Found');
      }
      inner.write(first);
      socket.pipe(inner);
      inner.pipe(socket);
      socket.on('close', () => inner.destroy());
      inner.on('close', () => socket.destroy());
    });
  });
}).listen(PORT, '0.0.0.0');
