import { once } from 'node:events';
import { SMTPServer } from 'smtp-server';

/** How the server behaves towards one message after the other; the last one stays. */
export type SmtpBehaviour =
  | 'take'
  | 'hang-at-greeting'
  | 'hang-at-data'
  | 'drip'
  | 'reset'
  | 'busy'
  | 'unknown-user'
  | 'refuse-login'
  | 'die-after-data';

/** What it tells whoever started it. */
export interface TakenMessage {
  readonly messageId: string;
  readonly to: string;
  readonly text: string;
}

const behaviours = (process.argv[2] ?? 'take').split(',') as SmtpBehaviour[];
const port = Number(process.argv[3] ?? 0);
let turn = 0;
const current = (): SmtpBehaviour => behaviours[Math.min(turn, behaviours.length - 1)]!;

const failure = (responseCode: number, text: string): Error =>
  Object.assign(new Error(text), { responseCode });

const server = new SMTPServer({
  authOptional: true,
  allowInsecureAuth: true,
  disabledCommands: ['STARTTLS'],
  logger: false,
  onConnect(_session, callback) {
    if (current() !== 'hang-at-greeting' && current() !== 'drip') callback();
  },
  onAuth(_auth, _session, callback) {
    if (current() === 'refuse-login') callback(failure(535, 'wrong login'));
    else callback(null, { user: 'x' });
  },
  onRcptTo(_address, _session, callback) {
    if (current() === 'unknown-user') {
      turn += 1;
      callback(failure(550, 'no such user'));
    } else callback();
  },
  onData(stream, session, callback) {
    const behaviour = current();
    turn += 1;
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      const messageId = /^Message-ID: (.+?)\r?$/im.exec(text)?.[1] ?? '';
      const to = session.envelope.rcptTo[0]?.address ?? '';
      if (behaviour === 'busy') return callback(failure(451, 'try again'));
      if (behaviour === 'reset') return process.send!('reset');
      process.send!({ messageId, to, text } satisfies TakenMessage, () => {
        if (behaviour === 'die-after-data') process.exit(1);
        if (behaviour === 'take') callback();
      });
    });
  },
});
// What a client does to a connection is its own affair.
server.on('error', () => undefined);

/** A byte every tenth of a second, and no end: no silence is ever long enough to be noticed. */
server.server.on('connection', (socket) => {
  if (current() === 'drip') {
    const timer = setInterval(() => socket.write('2'), 100);
    socket.on('close', () => clearInterval(timer));
  }
  if (current() === 'reset') {
    turn += 1;
    socket.resetAndDestroy();
  }
});

async function main(): Promise<void> {
  server.listen(port, '127.0.0.1');
  await once(server.server, 'listening');
  process.send!({ port: (server.server.address() as { port: number }).port });
}

void main();
