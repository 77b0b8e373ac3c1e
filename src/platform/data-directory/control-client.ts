import { connect, type Socket } from 'node:net';
import {
  CANCEL,
  ControlError,
  type ControlFailure,
  type ControlRequest,
  readLines,
  writeLine,
} from './control-protocol.js';
import { withSocketPath } from './socket-path.js';

/** Name of the control socket in the data directory. */
export const CONTROL_SOCKET = 'control.sock';

/** What a socket answers that nobody listens on any more, or that is not there. */
const NOBODY = ['ECONNREFUSED', 'ENOENT', 'ENOTDIR', 'ENOTSOCK'];

/**
 * A connection to a socket in a directory; null if nobody listens there. Answered by the system even while the
 * process behind it is busy or stopped.
 * @throws for anything that leaves open whether somebody does, as missing permission.
 */
export function connectTo(directory: string, name: string): Promise<Socket | null> {
  return withSocketPath(
    directory,
    name,
    (path) =>
      new Promise((resolve, reject) => {
        const socket = connect(path);
        socket.once('connect', () => resolve(socket));
        socket.once('error', (error: NodeJS.ErrnoException) => {
          // It was closed with this connection waiting: ask again, to learn what is there now.
          if (error.code === 'ECONNRESET') resolve(connectTo(directory, name));
          else if (NOBODY.includes(error.code ?? '')) resolve(null);
          else reject(error);
        });
      }),
  );
}

interface Call {
  resolve(result: unknown): void;
  reject(error: Error): void;
  onProgress(progress: unknown): void;
}

/** The command line's end of a running server's control socket. */
export class ControlClient {
  private readonly calls = new Map<number, Call>();
  private lastId = 0;

  constructor(private readonly socket: Socket) {
    readLines(socket, (value) => this.receive(value as { id: number }));
    socket.on('error', () => {});
    socket.on('close', () => {
      for (const call of this.calls.values()) {
        call.reject(new ControlError('the connection to the server was lost', 'ConnectionLost'));
      }
      this.calls.clear();
    });
  }

  /**
   * Calls what the server handles under this name.
   * @param signal asks the server to end the call; what comes of that is its answer
   * @throws {ControlError} with the server's message and code, or `ConnectionLost`.
   */
  call(
    method: string,
    params: unknown,
    onProgress: (progress: unknown) => void = () => {},
    signal?: AbortSignal,
  ): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.socket.destroyed) {
        reject(new ControlError('the connection to the server was lost', 'ConnectionLost'));
        return;
      }
      this.lastId += 1;
      const request: ControlRequest = { id: this.lastId, method, params };
      this.calls.set(request.id, { resolve, reject, onProgress });
      writeLine(this.socket, request);
      const cancel = (): void => this.cancel(request.id);
      signal?.addEventListener('abort', cancel, { once: true });
      if (signal?.aborted) cancel();
    });
  }

  private cancel(id: number): void {
    if (!this.calls.has(id)) return;
    this.lastId += 1;
    writeLine(this.socket, { id: this.lastId, method: CANCEL, params: id });
  }

  /** Ends the connection; the server is told to stop the calls under way. */
  close(): void {
    this.socket.destroy();
  }

  private receive(response: {
    id: number;
    progress?: unknown;
    result?: unknown;
    error?: ControlFailure;
  }): void {
    const call = this.calls.get(response.id);
    if (!call) return;
    if ('progress' in response) {
      call.onProgress(response.progress);
      return;
    }
    this.calls.delete(response.id);
    if (response.error) call.reject(new ControlError(response.error.message, response.error.code));
    else call.resolve(response.result);
  }
}

/** Connects to the server that holds a data directory; null when none does. */
export async function connectControl(directory: string): Promise<ControlClient | null> {
  const socket = await connectTo(directory, CONTROL_SOCKET);
  return socket && new ControlClient(socket);
}
