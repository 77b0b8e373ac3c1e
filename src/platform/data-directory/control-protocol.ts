import type { Socket } from 'node:net';

/** One line of JSON each way. A call has any number of `progress` answers and ends with `result` or `error`. */
export interface ControlRequest {
  readonly id: number;
  readonly method: string;
  readonly params: unknown;
}

/** Method that ends another call of the same connection, at its next step if it has any: its parameter is that call's id. */
export const CANCEL = 'cancel';

export type ControlResponse =
  | { readonly id: number; readonly progress: unknown }
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: ControlFailure };

export interface ControlFailure {
  readonly message: string;
  readonly code?: string;
}

/** The other side's call failed, or the connection was lost before its answer. */
export class ControlError extends Error {
  constructor(
    message: string,
    readonly code?: string,
  ) {
    super(message);
    this.name = 'ControlError';
  }
}

const MAX_LINE_BYTES = 16 * 1024 * 1024;

/** Calls `receive` with each line's value; ends the connection at a line that is too long or no JSON. */
export function readLines(socket: Socket, receive: (value: unknown) => void): void {
  let pieces: Buffer[] = [];
  let bytes = 0;
  socket.on('data', (chunk: Buffer) => {
    let rest = chunk;
    for (let end = rest.indexOf(0x0a); end >= 0; end = rest.indexOf(0x0a)) {
      const line = Buffer.concat([...pieces, rest.subarray(0, end)]).toString('utf8');
      rest = rest.subarray(end + 1);
      pieces = [];
      bytes = 0;
      try {
        receive(JSON.parse(line));
      } catch (error) {
        socket.destroy(error as Error);
        return;
      }
    }
    pieces.push(rest);
    bytes += rest.length;
    if (bytes > MAX_LINE_BYTES) socket.destroy(new ControlError('a line of the control socket is too long'));
  });
}

export const writeLine = (socket: Socket, value: ControlRequest | ControlResponse): void => {
  if (!socket.destroyed) socket.write(`${JSON.stringify(value)}\n`);
};

export function failureOf(error: unknown): ControlFailure {
  if (!(error instanceof Error)) return { message: String(error) };
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? { message: error.message, code } : { message: error.message };
}
