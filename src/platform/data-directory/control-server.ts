import { createServer, type Server, type Socket } from 'node:net';
import {
  CANCEL,
  ControlError,
  type ControlRequest,
  failureOf,
  readLines,
  writeLine,
} from './control-protocol.js';

/**
 * Answers one method of the control socket. `signal` is aborted when the caller has gone, or wants it no more, for a
 * reason with the code `Interrupted`; the result must be a JSON value (undefined becomes null).
 */
export type ControlHandler = (
  params: unknown,
  emitProgress: (progress: unknown) => void,
  signal: AbortSignal,
) => unknown;

const busyWith = (command: string): string =>
  `the data directory is in use by the command "${command}" until that is done`;

const INTERRUPTED = new ControlError('interrupted', 'Interrupted');

/** @throws {ControlError} for what is no request, which ends the connection. */
function requestOf(value: unknown): ControlRequest {
  if (typeof value === 'object' && value !== null && 'id' in value) return value as ControlRequest;
  throw new ControlError('a line of the control socket is no request');
}

/** Calls of one connection that are under way, by their ids. */
type Calls = Map<number, AbortController>;

/** Tells the name of the command that holds the data directory; null: a server does. */
export const HOLDER = 'holder';

/** The holder's end of the control socket: a server's, which handles methods, or that of a command, which works alone. */
export class ControlServer {
  private readonly handlers = new Map<string, ControlHandler>();
  private readonly connections = new Set<Socket>();
  private readonly server: Server;

  /** @param command name of the command that holds the data directory; null for a server */
  constructor(private readonly command: string | null = null) {
    this.server = createServer((socket) => this.accept(socket));
  }

  /** Methods may be added at any time; one not yet there is refused. */
  handle(method: string, handler: ControlHandler): void {
    if (this.handlers.has(method)) throw new Error(`${method} is handled already`);
    this.handlers.set(method, handler);
  }

  listen(path: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(path, () => {
        this.server.off('error', reject);
        // Neither a failed accept nor an idle socket is a reason to end, or to go on.
        this.server.on('error', () => {});
        this.server.unref();
        resolve();
      });
    });
  }

  /** Stops listening at once and ends all connections. */
  close(): Promise<void> {
    for (const socket of this.connections) socket.destroy();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private accept(socket: Socket): void {
    const calls: Calls = new Map();
    this.connections.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => {
      this.connections.delete(socket);
      for (const call of calls.values()) call.abort(INTERRUPTED);
    });
    readLines(socket, (value) => void this.answer(socket, requestOf(value), calls));
  }

  private unknown(method: string): ControlError {
    if (this.command !== null) return new ControlError(`${busyWith(this.command)}: try again then`, 'Busy');
    return this.handlers.size === 0
      ? new ControlError('the server is about to start or to end: try again in a moment', 'Busy')
      : new ControlError(`the server does not know ${method}`, 'UnknownMethod');
  }

  private async answer(socket: Socket, { id, method, params }: ControlRequest, calls: Calls): Promise<void> {
    if (method === CANCEL) {
      calls.get(params as number)?.abort(INTERRUPTED);
      return;
    }
    const call = new AbortController();
    calls.set(id, call);
    try {
      const handler = method === HOLDER ? () => this.command : this.handlers.get(method);
      if (!handler) throw this.unknown(method);
      const result = await handler(params, (progress) => writeLine(socket, { id, progress }), call.signal);
      writeLine(socket, { id, result: result ?? null });
    } catch (error) {
      writeLine(socket, { id, error: failureOf(error) });
    } finally {
      calls.delete(id);
    }
  }
}
