import { write, writeSync } from 'node:fs';
import type { DestinationStream } from 'pino';

/** Lines that wait for the system to take them; those beyond are lost, and counted. */
const MAX_WAITING_BYTES = 4 * 1024 * 1024;
const RETRY_MS = 1_000;
/** A write that is larger would be one long copy. */
const WRITE_BYTES = 64 * 1024;

export interface LogOutputOptions {
  readonly fd: number;
  /** Lines are written again, after so many had been lost. */
  readonly onLost?: (lines: number) => void;
  readonly maxWaitingBytes?: number;
  readonly retryMs?: number;
}

/**
 * Where the log goes: lines are written in order and off this thread, and those of one turn together. A disk that is
 * full, or a reader that has gone, neither ends the process nor holds it up: what cannot be written waits for room.
 */
export class LogOutput implements DestinationStream {
  private lines: string[] = [];
  private bytes = 0;
  private lost = 0;
  private underWay: Buffer = Buffer.alloc(0);
  /** From the first line until all are written, also while a failed write waits to be tried again. */
  private isWriting = false;
  private isWithSystem = false;
  /** Nobody will read any more. */
  private isClosed = false;

  constructor(private readonly options: LogOutputOptions) {}

  write(line: string): void {
    if (this.isClosed) return;
    if (this.bytes + line.length > (this.options.maxWaitingBytes ?? MAX_WAITING_BYTES)) {
      this.lost += 1;
      return;
    }
    this.lines.push(line);
    this.bytes += line.length;
    if (!this.isWriting) this.begin();
  }

  /** Writes what waits before the process ends, as far as the system takes it at once; what that has already it keeps. */
  flushSync(): void {
    if (this.isWithSystem) this.underWay = Buffer.alloc(0);
    try {
      for (let rest = this.next(); rest.length > 0; rest = this.next()) {
        this.underWay = rest.subarray(writeSync(this.options.fd, rest));
      }
    } catch {
      // The end is not put off for it.
    }
  }

  /** What was begun and is not written, else the lines that came next. */
  private next(): Buffer {
    if (this.underWay.length > 0 || this.lines.length === 0) return this.underWay;
    let [count, length] = [0, 0];
    while (count < this.lines.length && length < WRITE_BYTES) length += this.lines[count++]!.length;
    this.underWay = Buffer.from(this.lines.splice(0, count).join(''));
    this.bytes -= length;
    return this.underWay;
  }

  private begin(): void {
    const buffer = this.next();
    this.isWriting = buffer.length > 0;
    if (!this.isWriting) return;
    this.isWithSystem = true;
    write(this.options.fd, buffer, (error, written) => {
      this.isWithSystem = false;
      if (error) this.failed(error);
      else this.wrote(buffer.subarray(written));
    });
  }

  private wrote(rest: Buffer): void {
    this.underWay = rest;
    if (rest.length === 0 && this.lost > 0) {
      const lines = this.lost;
      this.lost = 0;
      this.options.onLost?.(lines);
    }
    this.begin();
  }

  private failed({ code }: NodeJS.ErrnoException): void {
    this.isClosed = code === 'EPIPE' || code === 'EBADF';
    if (!this.isClosed) {
      setTimeout(() => this.begin(), this.options.retryMs ?? RETRY_MS).unref();
      return;
    }
    this.lines = [];
    this.bytes = 0;
    this.underWay = Buffer.alloc(0);
  }
}
